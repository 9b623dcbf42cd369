-- Read part of the log, amendments applied. Changes nothing.
-- KEYS  as in log.lua
-- ARGV  1 channel  2 first seq  3 last seq (-1: the tail)  4 most rows  5 most body bytes (at least one row comes back)
--       6 "up" from the first, or "down" from the last
-- returns {} when the room has no meta, or {epoch, seq, tag, head, epochs it forked from, tag before the lowest row,
--         row…}, rows in the asked direction. A row: {seq, tag, at, "id kind author", body}, and where there are any:
--         outcome, amends, the overlay of the amended target
-- include: log
local m = redis.call('HMGET', META, 'epoch', 'seq', 'tag', 'head', 'forked')
if not m[1] then return {} end
local head = tonumber(m[4]) or 1
local first = math.max(tonumber(ARGV[2]), head)
local last = tonumber(ARGV[3])
if last < 0 or last > tonumber(m[2]) then last = tonumber(m[2]) end
local most, bytes, up = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == 'up'
if up then last = math.min(last, first + most - 1) else first = math.max(first, last - most + 1) end
local out = {m[1], m[2], m[3], tostring(head), m[5] or '', ''}
if last < first then return out end

local found = {}
for _, item in ipairs(redis.call('XRANGE', LOG, first .. '-0', last .. '-0')) do
  local seq, fields = tonumber(string.match(item[1], '^%d+')), {}
  for i = 1, #item[2], 2 do fields[item[2][i]] = item[2][i + 1] end
  local r = {tostring(seq), fields.t, fields.a, fields.m, fields.b}
  if fields.u or fields.o then
    r[6], r[7] = fields.u or '', fields.o or ''
    r[8] = fields.o and redis.call('HGET', OVERLAY, string.match(fields.o, '^%S+ (%d+)')) or ''
  end
  found[seq] = r
end
local step, from, to = 1, first, last
if not up then step, from, to = -1, last, first end
local used, lowest = 0, nil
for seq = from, to, step do
  local r = found[seq]
  if not r then
    local over = row(seq)
    r = over and {tostring(seq), over.tag, over.at, over.who, over.body}
  end
  if r then
    used = used + #r[5]
    if used > bytes and lowest then break end
    out[#out + 1] = r
    if up then lowest = lowest or seq else lowest = seq end
  end
end
local before = lowest and lowest > head and row(lowest - 1)
if before then out[6] = before.tag end
return out
