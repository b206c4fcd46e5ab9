-- The file as it begins. How it is meant to be read: docs/storage.md.
--
-- A series has a number: series_id = block << 7 | slot. A block is 128 series of one target, which are written together.
-- Times are Unix milliseconds.

-- What the blocks are filled from: scraped targets, and the appliance's own collectors and rules.
CREATE TABLE targets (
    target_id INTEGER PRIMARY KEY,
    identity BLOB NOT NULL UNIQUE,      -- job, address and labels: the same target after a restart
    job TEXT NOT NULL,
    instance TEXT NOT NULL,
    url TEXT NOT NULL,
    labels TEXT NOT NULL,               -- JSON
    discovered TEXT NOT NULL,           -- JSON: the labels before relabelling
    interval_ms INTEGER NOT NULL,
    timeout_ms INTEGER NOT NULL,
    state TEXT NOT NULL,                -- active, dropped (by relabelling) or gone
    health TEXT NOT NULL DEFAULT 'unknown',
    last_scrape INTEGER,
    duration_seconds REAL,
    samples INTEGER,
    last_error TEXT NOT NULL DEFAULT '',
    gone_at INTEGER
);

CREATE TABLE metrics (
    metric_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE label_sets (
    series_id INTEGER PRIMARY KEY,
    metric_id INTEGER NOT NULL,
    hash INTEGER NOT NULL,              -- of all labels: finds a series that comes back
    labels TEXT NOT NULL                -- JSON, without the metric's name
);
CREATE INDEX label_sets_by_metric ON label_sets (metric_id, hash);

CREATE TABLE blocks (
    block_id INTEGER PRIMARY KEY,
    target_id INTEGER NOT NULL,
    last_window INTEGER NOT NULL        -- the newest window with samples of this block: when it goes, the series go
);
CREATE INDEX blocks_by_target ON blocks (target_id);

-- The head: what has been collected since the last closing, a row a block and time, in the order of time.
-- `vals` is a JSON array, one element a slot (docs/storage.md, "Elements").
CREATE TABLE head (
    row_id INTEGER PRIMARY KEY,         -- ts << 22 | block
    vals TEXT NOT NULL
);

-- Which times a target has in the head. A row of the head counts only while its time stands here.
CREATE TABLE scrapes (
    target_id INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    PRIMARY KEY (target_id, ts)
) WITHOUT ROWID;

-- Samples that came with a time of their own, or out of order, or from a second target: a row a sample until closing.
CREATE TABLE loose (
    series_id INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    val NOT NULL,                       -- an element, as in `head`
    PRIMARY KEY (series_id, ts)
) WITHOUT ROWID;

-- Closed parts of windows. A window is two hours; chunk_id = window << 42 | block << 8 | part.
CREATE TABLE windows (
    window_id INTEGER PRIMARY KEY
);
CREATE TABLE chunks (
    chunk_id INTEGER PRIMARY KEY,
    start_ms INTEGER NOT NULL,
    step_ms INTEGER NOT NULL,           -- time of element i is start_ms + i * step_ms …
    count INTEGER NOT NULL,
    times TEXT,                         -- … or start_ms + times[i], when they are not evenly spaced
    segments TEXT NOT NULL,             -- JSON: for each 8 slots, their number, the offset and length in `data`, and the inflated size
    data BLOB NOT NULL                  -- the segments, each a deflated JSON array of 8 columns
);

-- What is known about families: from the TYPE, HELP and UNIT lines of targets.
CREATE TABLE metadata (
    family TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    help TEXT NOT NULL,
    unit TEXT NOT NULL
) WITHOUT ROWID;

CREATE VIEW series AS
SELECT l.series_id, m.name AS metric, l.labels
FROM metrics m CROSS JOIN label_sets l ON l.metric_id = m.metric_id;

CREATE VIEW scrape_targets AS
SELECT job, instance, url, health, last_scrape,
       strftime('%Y-%m-%dT%H:%M:%fZ', last_scrape / 1000.0, 'unixepoch') AS last_scrape_time,
       duration_seconds, samples, last_error, state, labels
FROM targets
WHERE state = 'active';

CREATE VIEW samples AS
WITH elements AS (
    -- the head
    SELECT l.series_id, m.name AS metric, l.labels, s.ts, e.type, e.atom, NULL AS scale
    FROM metrics m
    CROSS JOIN label_sets l ON l.metric_id = m.metric_id
    CROSS JOIN blocks b ON b.block_id = l.series_id >> 7
    CROSS JOIN scrapes s ON s.target_id = b.target_id
    CROSS JOIN head h ON h.row_id = (s.ts << 22 | b.block_id)
    CROSS JOIN json_each(h.vals, '$[' || (l.series_id & 127) || ']') e
  UNION ALL
    -- samples by themselves
    SELECT l.series_id, m.name, l.labels, o.ts, typeof(o.val), o.val, NULL
    FROM metrics m
    CROSS JOIN label_sets l ON l.metric_id = m.metric_id
    CROSS JOIN loose o ON o.series_id = l.series_id
  UNION ALL
    -- closed chunks: integers are differences from the integer before
    SELECT l.series_id, m.name, l.labels,
           c.start_ms + CASE WHEN c.times IS NULL THEN c.step_ms * e.key ELSE json_extract(c.times, '$[' || e.key || ']') END,
           e.type, e.atom, json_extract(col.value, '$[0]')
    FROM metrics m
    CROSS JOIN label_sets l ON l.metric_id = m.metric_id
    CROSS JOIN windows w
    CROSS JOIN chunks c
        -- (the bit operators of SQLite bind alike, from left to right)
        ON c.chunk_id BETWEEN (w.window_id << 42) + ((l.series_id >> 7) << 8)
            AND (w.window_id << 42) + ((l.series_id >> 7) << 8) + 255
    CROSS JOIN json_each(c.segments) g ON json_extract(g.value, '$[0]') = (l.series_id & 127) >> 3
    CROSS JOIN json_each(json_array(json_extract(
        sqlar_uncompress(
            substr(c.data, 1 + json_extract(g.value, '$[1]'), json_extract(g.value, '$[2]')),
            json_extract(g.value, '$[3]')),
        '$[' || (l.series_id & 7) || ']'))) col
    CROSS JOIN json_each((
        SELECT json_group_array(v)
        FROM (
            SELECT CASE d.type
                WHEN 'integer' THEN sum(CASE d.type WHEN 'integer' THEN d.atom END) OVER (ORDER BY d.key)
                ELSE d.atom END AS v
            FROM json_each(col.value) d
            WHERE d.key > 0
            ORDER BY d.key
        ))) e
    WHERE col.type = 'array'
)
SELECT series_id, metric, labels, ts, strftime('%Y-%m-%dT%H:%M:%fZ', ts / 1000.0, 'unixepoch') AS time,
    CASE
        WHEN type = 'integer' AND scale IS NULL THEN CAST(atom AS REAL)
        WHEN type = 'integer' AND scale < 1000 THEN atom / pow(10.0, scale)
        WHEN type = 'integer' THEN atom * pow(2.0, scale - 2200)
        WHEN atom = 'NaN' THEN NULL
        WHEN atom = '+Inf' THEN 9e999
        WHEN atom = '-Inf' THEN -9e999
        WHEN atom = '-0' THEN -0.0
        WHEN instr(atom, 'p') THEN CAST(atom AS INTEGER) * pow(2.0, CAST(substr(atom, instr(atom, 'p') + 1) AS INTEGER))
        ELSE CAST(replace(atom, '.', '') AS INTEGER) / pow(10.0, length(atom) - instr(atom, '.'))
    END AS value
FROM elements
WHERE type <> 'null' AND atom <> 'stale';
