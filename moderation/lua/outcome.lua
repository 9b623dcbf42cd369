-- Count what became of a report for its reporter, once for each report.
-- KEYS  1 the reporter's record (hash)
-- ARGV  1 report id   2 right   3 wrong   4 at   5 milliseconds to keep   6 right, 7 wrong, 8 at as they were read
-- returns 1 when it was counted, 0 when it was before, -1 when the record has changed since it was read
if redis.call('HEXISTS', KEYS[1], 'r:' .. ARGV[1]) == 1 then return 0 end
local now = redis.call('HMGET', KEYS[1], 'right', 'wrong', 'at')
if (now[1] or '') ~= ARGV[6] or (now[2] or '') ~= ARGV[7] or (now[3] or '') ~= ARGV[8] then return -1 end
redis.call('HSET', KEYS[1], 'right', ARGV[2], 'wrong', ARGV[3], 'at', ARGV[4], 'r:' .. ARGV[1], '1')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
