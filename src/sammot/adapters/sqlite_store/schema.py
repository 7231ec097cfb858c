SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (revision INTEGER NOT NULL);
INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter);
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, expires_at REAL NOT NULL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS uploads_by_expiry ON uploads (expires_at);
CREATE TABLE IF NOT EXISTS videos (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, sha256 TEXT NOT NULL, status TEXT NOT NULL,
    original_filename TEXT NOT NULL COLLATE NOCASE, upload_time REAL NOT NULL,
    duration REAL NOT NULL, file_size INTEGER NOT NULL, revision INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL, record TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS videos_by_hash
    ON videos (user_id, sha256) WHERE NOT is_deleted;
CREATE INDEX IF NOT EXISTS videos_by_time ON videos (user_id, is_deleted, upload_time, id);
CREATE INDEX IF NOT EXISTS videos_by_name ON videos (user_id, is_deleted, original_filename, id);
CREATE INDEX IF NOT EXISTS videos_by_duration ON videos (user_id, is_deleted, duration, id);
CREATE INDEX IF NOT EXISTS videos_by_size ON videos (user_id, is_deleted, file_size, id);
CREATE INDEX IF NOT EXISTS videos_by_status
    ON videos (user_id, is_deleted, status, upload_time, id);
CREATE INDEX IF NOT EXISTS videos_by_age ON videos (upload_time, id) WHERE NOT is_deleted;
CREATE INDEX IF NOT EXISTS videos_by_revision ON videos (revision);
CREATE INDEX IF NOT EXISTS videos_deleted ON videos (id) WHERE is_deleted;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, video_id TEXT NOT NULL REFERENCES videos (id), user_id TEXT NOT NULL,
    kind TEXT NOT NULL, state TEXT NOT NULL, priority INTEGER NOT NULL, created_at REAL NOT NULL,
    not_before REAL NOT NULL, lease_expires_at REAL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_by_turn ON jobs (state, kind, priority, created_at, id);
CREATE INDEX IF NOT EXISTS jobs_by_user ON jobs (user_id, created_at, id);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (user_id, state, created_at, id);
CREATE INDEX IF NOT EXISTS jobs_by_video ON jobs (video_id, created_at, id);
CREATE TABLE IF NOT EXISTS chunks (
    job_id TEXT NOT NULL, chunk INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    payload BLOB NOT NULL, PRIMARY KEY (job_id, chunk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (job_id TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tracks (
    job_id TEXT NOT NULL, track_id INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (job_id, track_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workers (
    owner TEXT NOT NULL, kind TEXT NOT NULL, alive_until REAL NOT NULL,
    PRIMARY KEY (owner, kind)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tallies (
    name TEXT PRIMARY KEY, amount REAL NOT NULL) WITHOUT ROWID;
"""
