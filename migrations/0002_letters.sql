-- Columns in letters: what lies in `chunks` takes about two thirds of the room (docs/storage.md, "Chunks"). The files of before
-- stay as they are: the view reads both forms, which are told apart by the type of a column's first element.

DROP VIEW samples;
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
    -- closed chunks
    SELECT l.series_id, m.name, l.labels,
           c.start_ms + CASE WHEN c.times IS NULL THEN c.step_ms * e.key ELSE json_extract(c.times, '$[' || e.key || ']') END,
           e.type, e.atom, json_extract(col.value, CASE json_type(col.value, '$[0]') WHEN 'text' THEN '$[1]' ELSE '$[0]' END)
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
    CROSS JOIN json_each(CASE json_type(col.value, '$[0]')
        WHEN 'text' THEN (
            -- a column in letters: each element is the difference from the one before, less the lowest, in so many letters
            -- (materialized: sorting must not carry the whole text along with each letter)
            WITH form(letters, first, lowest, width) AS MATERIALIZED (
                SELECT json_extract(col.value, '$[0]'), json_extract(col.value, '$[2]'),
                       json_extract(col.value, '$[3]'), json_extract(col.value, '$[4]')
            ),
            letter(element, digit, code) AS MATERIALIZED (
                -- what is left out at the end are zeros
                SELECT z.key / width, width - 1 - z.key % width, coalesce(unicode(CASE width
                    WHEN 1 THEN substr(letters, z.key + 1, 1)
                    ELSE substr(CAST(letters AS BLOB), z.key + 1, 1) END), 35)
                FROM form
                CROSS JOIN json_each('[' || substr(replace(hex(zeroblob(c.count * width)), '00', ',0'), 2) || ']') z
            )
            SELECT json_group_array(v)
            FROM (
                SELECT CASE
                    WHEN mark > 33 THEN (SELECT first FROM form) + sum(difference) OVER (ORDER BY element)
                    WHEN mark = 33 THEN 'stale' END AS v
                FROM (
                    SELECT element, min(code) AS mark, CASE WHEN min(code) > 33 THEN (SELECT lowest FROM form)
                        + sum(code - CASE WHEN code < 92 THEN 35 WHEN code < 127 THEN 37 ELSE 71 END << 6 * digit)
                        END AS difference
                    FROM letter
                    GROUP BY element
                )
                ORDER BY element
            ))
        ELSE (
            -- a column in numbers: integers are differences from the integer before
            SELECT json_group_array(v)
            FROM (
                SELECT CASE d.type
                    WHEN 'integer' THEN sum(CASE d.type WHEN 'integer' THEN d.atom END) OVER (ORDER BY d.key)
                    ELSE d.atom END AS v
                FROM json_each(col.value) d
                WHERE d.key > 0
                ORDER BY d.key
            ))
        END) e
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
