CREATE TABLE checkpoints(
  processor TEXT PRIMARY KEY,
  position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE log(
  position INTEGER PRIMARY KEY,
  stream_id INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  type_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  id BLOB NOT NULL,
  correlation_id BLOB NOT NULL,
  causation_id BLOB,
  traceparent TEXT,
  recorded_at INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX log_by_correlation ON log(correlation_id);
CREATE UNIQUE INDEX log_by_stream ON log(stream_id, revision);
CREATE TABLE log_end(
  only INTEGER PRIMARY KEY CHECK (only = 0),
  position INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL
);
CREATE VIEW messages AS
SELECT
  l.position AS position,
  s.name AS stream,
  l.revision AS revision,
  CASE l.kind WHEN 0 THEN 'event' WHEN 1 THEN 'command' ELSE l.kind END AS kind,
  t.name AS type,
  l.data AS data,
  strftime('%Y-%m-%dT%H:%M:%S', l.recorded_at / 1000000, 'unixepoch')
    || printf('.%06dZ', l.recorded_at % 1000000) AS recorded_at,
  lower(substr(hex(l.id), 1, 8) || '-' || substr(hex(l.id), 9, 4) || '-' || substr(hex(l.id), 13, 4) || '-'
    || substr(hex(l.id), 17, 4) || '-' || substr(hex(l.id), 21)) AS id,
  lower(substr(hex(l.correlation_id), 1, 8) || '-' || substr(hex(l.correlation_id), 9, 4) || '-'
    || substr(hex(l.correlation_id), 13, 4) || '-' || substr(hex(l.correlation_id), 17, 4) || '-'
    || substr(hex(l.correlation_id), 21)) AS correlation_id,
  CASE WHEN l.causation_id IS NULL THEN NULL ELSE
    lower(substr(hex(l.causation_id), 1, 8) || '-' || substr(hex(l.causation_id), 9, 4) || '-'
      || substr(hex(l.causation_id), 13, 4) || '-' || substr(hex(l.causation_id), 17, 4) || '-'
      || substr(hex(l.causation_id), 21)) END AS causation_id,
  l.traceparent AS traceparent
FROM log l CROSS JOIN streams s ON s.id = l.stream_id CROSS JOIN types t ON t.id = l.type_id;
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
