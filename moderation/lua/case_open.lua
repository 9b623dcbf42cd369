-- Open one case, once.
-- KEYS  1 case (hash rev, row, words)  2 queue of its band  3 due times  4 cases of its person (set)
--       5 what it is about (string: id of the open case)  6 trail  7 head of the trail
-- ARGV  1 id  2 row  3 words  4 score in the queue ("" when it is not to be queued)  5 due (engine ms)
--       6 "1" when it is about something that another open case may be about  7 seal  8 at  9 by  10 of  11 why
-- returns {"fresh"} | {"there", row} it was opened before | {"same", id} an open case is about the same
-- include: trail
local kept = redis.call('HGET', KEYS[1], 'row')
if kept then return {'there', kept} end
if ARGV[6] == '1' then
  local same = redis.call('GET', KEYS[5])
  if same then return {'same', same} end
  redis.call('SET', KEYS[5], ARGV[1])
end
redis.call('HSET', KEYS[1], 'rev', 1, 'row', ARGV[2], 'words', ARGV[3])
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1]) end
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
redis.call('SADD', KEYS[4], ARGV[1])
note(KEYS[6], KEYS[7], ARGV[7], ARGV[8], 'open', ARGV[1], ARGV[9], ARGV[10], ARGV[11])
return {'fresh'}
