CREATE TABLE blocks(
  position INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  chain BLOB NOT NULL,
  digest BLOB,
  ids BLOB,
  messages TEXT
);
CREATE TABLE by_process(
  correlation_id BLOB NOT NULL,
  position INTEGER NOT NULL,
  place INTEGER NOT NULL,
  earlier TEXT,
  PRIMARY KEY(correlation_id, position)
) WITHOUT ROWID;
CREATE TABLE by_stream(
  stream_id INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  position INTEGER NOT NULL,
  place INTEGER NOT NULL,
  earlier TEXT,
  PRIMARY KEY(stream_id, revision)
) WITHOUT ROWID;
CREATE TABLE checkpoints(
  processor TEXT PRIMARY KEY,
  position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE last_batch(
  only INTEGER PRIMARY KEY CHECK (only = 0),
  number INTEGER NOT NULL,
  position INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  chain BLOB NOT NULL,
  checkpoints BLOB NOT NULL,
  state BLOB NOT NULL,
  link BLOB NOT NULL,
  checksum BLOB NOT NULL
);
CREATE VIEW messages AS
SELECT
  b.position + m.key AS position,
  s.name AS stream,
  m.value ->> 1 AS revision,
  CASE m.value ->> 3 WHEN 0 THEN 'event' WHEN 1 THEN 'command' ELSE m.value ->> 3 END AS kind,
  t.name AS type,
  m.value -> 7 AS data,
  strftime('%Y-%m-%dT%H:%M:%S', (b.recorded_at + (m.value ->> 4)) / 1000000, 'unixepoch')
    || printf('.%06dZ', (b.recorded_at + (m.value ->> 4)) % 1000000) AS recorded_at,
  lower(hex(substr(b.ids, m.key * 48 + 1, 4)) || '-' || hex(substr(b.ids, m.key * 48 + 5, 2)) || '-'
    || hex(substr(b.ids, m.key * 48 + 7, 2)) || '-' || hex(substr(b.ids, m.key * 48 + 9, 2)) || '-'
    || hex(substr(b.ids, m.key * 48 + 11, 6))) AS id,
  lower(hex(substr(b.ids, m.key * 48 + 17, 4)) || '-' || hex(substr(b.ids, m.key * 48 + 21, 2)) || '-'
    || hex(substr(b.ids, m.key * 48 + 23, 2)) || '-' || hex(substr(b.ids, m.key * 48 + 25, 2)) || '-'
    || hex(substr(b.ids, m.key * 48 + 27, 6))) AS correlation_id,
  CASE WHEN substr(b.ids, m.key * 48 + 33, 16) = zeroblob(16) THEN NULL ELSE
    lower(hex(substr(b.ids, m.key * 48 + 33, 4)) || '-' || hex(substr(b.ids, m.key * 48 + 37, 2)) || '-'
      || hex(substr(b.ids, m.key * 48 + 39, 2)) || '-' || hex(substr(b.ids, m.key * 48 + 41, 2)) || '-'
      || hex(substr(b.ids, m.key * 48 + 43, 6))) END AS causation_id,
  m.value ->> 5 AS traceparent
FROM blocks b CROSS JOIN json_each(b.messages) m CROSS JOIN streams s ON s.id = m.value ->> 0
  CROSS JOIN types t ON t.id = m.value ->> 2
WHERE m.type = 'array';
CREATE TABLE parked(
  processor TEXT NOT NULL,
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  status INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt INTEGER NOT NULL,
  error TEXT NOT NULL,
  edited_data TEXT NOT NULL,
  PRIMARY KEY(processor, position)
) WITHOUT ROWID;
CREATE TABLE streams(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  category TEXT NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  head INTEGER,
  first_readable INTEGER NOT NULL DEFAULT 0,
  truncate_before INTEGER,
  max_count INTEGER,
  max_age_us INTEGER
);
CREATE INDEX streams_to_scavenge ON streams(id)
  WHERE state <> 0 OR first_readable > 0 OR truncate_before IS NOT NULL OR max_count IS NOT NULL
     OR max_age_us IS NOT NULL;
CREATE TABLE timers(
  key TEXT PRIMARY KEY,
  due INTEGER NOT NULL,
  stream TEXT NOT NULL,
  message_id BLOB NOT NULL,
  kind INTEGER NOT NULL,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  correlation_id BLOB NOT NULL,
  causation_id BLOB,
  traceparent TEXT
) WITHOUT ROWID;
CREATE INDEX timers_by_due ON timers(due);
CREATE TABLE types(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
