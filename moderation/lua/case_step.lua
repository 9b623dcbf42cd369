-- Write a case as it stands after a step, if nobody else has stepped meanwhile.
-- KEYS  1 case  2 queue of its band  3 due times  4 cases of its person  5 what it is about  6 ended of its band
--       7 what was merged into the case it goes into (set)  8 trail  9 head of the trail  10 the case it goes into
--       11 what was merged into this one (set)
-- ARGV  1 id  2 the revision it was read at  3 row  4 words ("" as they are, "-" deleted)  5 score in the queue ("" out
--       of it)  6 due (engine ms, "" never)  7 when it ended ("" it has not)  8 "1" when it goes into another  9 "1" when it
--       is to be forgotten  10 seal  11 at  12 did ("" is not noted)  13 by  14 of  15 why
-- returns 1, or 0: it moved, or is not there; or the case it is to go into has itself gone into another
-- include: trail
local id = ARGV[1]
if redis.call('HGET', KEYS[1], 'rev') ~= ARGV[2] then return 0 end
if ARGV[8] == '1' then
  local head = redis.call('HGET', KEYS[10], 'row')
  if not head or cjson.decode(head).into ~= '' then return 0 end
end
redis.call('HINCRBY', KEYS[1], 'rev', 1)
redis.call('HSET', KEYS[1], 'row', ARGV[3])
if ARGV[4] == '-' then redis.call('HDEL', KEYS[1], 'words')
elseif ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'words', ARGV[4]) end
if ARGV[5] ~= '' then redis.call('ZADD', KEYS[2], ARGV[5], id) else redis.call('ZREM', KEYS[2], id) end
if ARGV[6] ~= '' then redis.call('ZADD', KEYS[3], ARGV[6], id) else redis.call('ZREM', KEYS[3], id) end
if ARGV[7] ~= '' then
  redis.call('ZADD', KEYS[6], 'NX', ARGV[7], id)
  redis.call('SREM', KEYS[4], id)
  if redis.call('GET', KEYS[5]) == id then redis.call('DEL', KEYS[5]) end
end
if ARGV[8] == '1' then -- and what waits for its answer waits for that one's
  redis.call('SADD', KEYS[7], id)
  for _, same in ipairs(redis.call('SMEMBERS', KEYS[11])) do redis.call('SADD', KEYS[7], same) end
end
if ARGV[9] == '1' then
  redis.call('DEL', KEYS[1], KEYS[11])
  redis.call('SREM', KEYS[7], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZREM', KEYS[6], id)
end
if ARGV[12] ~= '' then note(KEYS[8], KEYS[9], ARGV[10], ARGV[11], ARGV[12], id, ARGV[13], ARGV[14], ARGV[15]) end
return 1
