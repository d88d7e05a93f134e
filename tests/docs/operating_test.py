"""Runs the commands of docs/operating.md, section by section, on a store of the shop.

operating_test.py SOURCE_DIR BIN_DIR
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE_DIR, BIN_DIR = sys.argv[1:3]
PATIENCE = 240  # seconds for what takes one


def commands_of(section):
    with open(os.path.join(SOURCE_DIR, "docs", "operating.md"), encoding="utf-8") as page:
        text = page.read()
    body = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    blocks = re.findall(r"^```sh\n(.*?)^```", body, re.M | re.S)
    assert len(blocks) == 1, f"{section} has {len(blocks)} blocks of commands"
    return blocks[0]


class Operating(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="lasagne-operating-")
        self.environment = {**os.environ, "PATH": BIN_DIR + os.pathsep + os.environ["PATH"]}

    def tearDown(self):
        shutil.rmtree(self.directory)

    def run_it(self, command, check=True):
        done = subprocess.run(["bash", "-ec", command], cwd=self.directory, env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE)
        if check:
            self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}")
        return done.stdout

    def section(self, name):
        return self.run_it(commands_of(name))

    def load(self, orders, seed):
        self.run_it(f"shop load --store sqlite:shop.db --orders {orders} --seed {seed}")

    def messages(self, file="shop.db"):
        return self.run_it(f'sqlite3 -readonly {file} "SELECT position, stream, revision, id, data FROM messages"')

    def count(self, file="shop.db"):
        return int(self.run_it(f'sqlite3 -readonly {file} "SELECT count(*) FROM messages"'))

    def audit(self, file="shop.db"):
        self.run_it(f"shop audit --store sqlite:{file}")

    def running_load(self):
        """A load without end, once it has written something."""
        before = self.count() if os.path.exists(os.path.join(self.directory, "shop.db")) else 0
        endless = "exec shop load --store sqlite:shop.db --orders 100000000 --seed 1"
        program = subprocess.Popen(["bash", "-c", endless], cwd=self.directory, env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and program.poll() is None:
            if os.path.exists(os.path.join(self.directory, "shop.db-wal")):
                if int(self.run_it('sqlite3 -readonly shop.db "SELECT count(*) FROM messages" || echo 0',
                                   check=False).split()[-1]) > before + 100:
                    return program
            time.sleep(0.05)
        self.fail("the load did not begin")
        return program

    def test_back_up_beside_a_busy_writer_and_verify(self):
        program = self.running_load()
        before = self.count()
        self.section("Back up")
        self.assertIsNone(program.poll(), "the load ended")
        self.assertGreaterEqual(self.count("backup.db"), before)
        self.assertRegex(self.section("Verify"), "^sound: ")

    def test_back_up_again_replaces_the_backup(self):
        self.load(5, 1)
        self.section("Back up")
        self.load(5, 2)
        self.section("Back up")
        self.assertEqual(self.messages("backup.db"), self.messages())

    def test_restore_brings_the_backup_back_also_after_a_kill(self):
        self.load(5, 1)
        self.section("Back up")
        wanted = self.messages()
        program = self.running_load()
        program.send_signal(signal.SIGKILL)
        program.wait()
        self.assertTrue(os.path.exists(os.path.join(self.directory, "shop.db-wal")))
        self.section("Restore")
        self.assertEqual(self.messages(), wanted)
        self.load(5, 2)
        self.audit()

    def test_a_restore_that_leaves_the_old_log_is_refused_and_can_be_mended(self):
        self.load(5, 1)
        self.section("Back up")
        wanted = self.messages()
        program = self.running_load()
        program.send_signal(signal.SIGKILL)
        program.wait()
        self.run_it("cp backup.db shop.db")
        refused = self.run_it("lasagne tail --store sqlite:shop.db --no-follow", check=False)
        self.assertIn("shop.db-wal", refused)
        self.run_it("mkdir away && mv shop.db-wal shop.db-shm away/")
        self.assertEqual(self.messages(), wanted)
        self.audit()

    def test_move_takes_everything_along_also_after_a_kill(self):
        program = self.running_load()
        program.send_signal(signal.SIGKILL)
        program.wait()
        count = self.count()
        self.section("Move")
        self.assertEqual(self.count("elsewhere/shop.db"), count)
        self.assertEqual(self.run_it("ls"), "elsewhere\n")
        self.run_it("lasagne tail --store sqlite:elsewhere/shop.db --no-follow")

    def test_grow_tells_sizes(self):
        self.load(5, 1)
        said = self.section("Grow")
        self.assertIn("shop.db", said)
        self.assertIn("KiB free", said)

    def test_shrink_changes_no_message(self):
        self.load(20, 1)
        wanted = self.messages()
        before = os.path.getsize(os.path.join(self.directory, "shop.db"))
        self.section("Shrink")
        self.assertLessEqual(os.path.getsize(os.path.join(self.directory, "shop.db")), before)
        self.assertEqual(self.messages(), wanted)
        self.load(5, 2)
        self.audit()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
