-- One run per file. Times are ISO 8601 in UTC, as text: what is hashed is what is stored.
CREATE TABLE run (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  created_at VARCHAR(40) NOT NULL
);

-- The chain: hash covers the previous entry's hash and all other columns (docs/journal.md).
CREATE TABLE entry (
  sequence BIGINT NOT NULL PRIMARY KEY,
  at VARCHAR(40) NOT NULL,
  kind VARCHAR(32) NOT NULL,
  step INT NOT NULL,
  body BLOB NOT NULL,
  hash BINARY(32) NOT NULL
);
