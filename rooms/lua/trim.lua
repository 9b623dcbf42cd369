-- Remove the oldest entries, exactly: those from before a moment, and those beyond a length. Never the youngest first.
-- KEYS  as in log.lua
-- ARGV  1 channel  2 moment (engine ms, "" none)  3 length (entries kept, "" none)  4 most entries removed in this call
-- returns {removed, head, 1 when the call stopped at its limit}
-- include: log
local m = redis.call('HMGET', META, 'epoch', 'seq', 'head')
if not m[1] then return {0, 1, 0} end
local last, head, removed = tonumber(m[2]), tonumber(m[3]) or 1, 0
local oldest = ARGV[2] ~= '' and tonumber(ARGV[2]) or nil
local first_kept = ARGV[3] ~= '' and last - tonumber(ARGV[3]) + 1 or 0
local most = tonumber(ARGV[4])
local first = head
while head <= last and removed < most do
  local r = row(head)
  if r and not (head < first_kept or (oldest and tonumber(r.at) < oldest)) then break end
  if r then
    local id = string.match(r.who, '^%S+')
    redis.call('HDEL', OVERLAY, head, 'by:' .. head)
    redis.call('HDEL', IDS, id)
    local kept = redis.call('GET', DEDUPE .. id) -- the words go; a retry is still recognised
    if kept then redis.call('SET', DEDUPE .. id, string.match(kept, '^[^\n]*\n'), 'KEEPTTL') end
  end
  head, removed = head + 1, removed + 1
end
if head > first then
  redis.call('XTRIM', LOG, 'MINID', '=', head .. '-0')
  redis.call('HSET', META, 'head', head)
  redis.call('SPUBLISH', CHANNEL, 't ' .. m[1] .. ' ' .. head .. '\n')
end
return {removed, head, removed >= most and 1 or 0}
