-- Put one message aside, once.
-- KEYS  1 held   2 queue   3 the author's set   4 audit stream
-- ARGV  1 id   2 score in the queue   3 the message, JSON   4 rules, comma-separated   5 at, milliseconds
-- returns 1 when it was put aside, 0 when it already was
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[3]) == 0 then
  return 0
end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('XADD', KEYS[4], '*', 'did', 'held', 'id', ARGV[1], 'rules', ARGV[4], 'at', ARGV[5])
return 1
