-- Take tokens of one person back.
--
-- KEYS  1 revoked   hash: since -> seconds since 1970, t:<token id> -> when that token expires
-- ARGV  1 field     2 value     3 now (seconds)     4 when the longest token this concerns expires (seconds)
-- Returns 1.
--
-- `since` only grows. Tokens that have expired anyway are dropped, so the hash stays as small as a person's devices;
-- it lives as long as the last token it speaks of.

local key, field, value, now, till = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

if field ~= 'since' or value > tonumber(redis.call('HGET', key, 'since') or '0') then
  redis.call('HSET', key, field, ARGV[2])
end
local entries = redis.call('HGETALL', key)
for place = 1, #entries, 2 do
  if string.sub(entries[place], 1, 2) == 't:' and tonumber(entries[place + 1]) < now then
    redis.call('HDEL', key, entries[place])
  end
end
local left = math.max(1, math.ceil(till - now)) * 1000
if left > redis.call('PTTL', key) then redis.call('PEXPIRE', key, left) end
return 1
