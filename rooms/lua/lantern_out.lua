-- Put somebody's light out, and forget who answered it.
-- KEYS  1 lights (hash)  2 who answered this light (set)  3 people (hash person -> nodes)  4 roster (hash node:person)
-- ARGV  1 person  2 the node through which they leave the room, "" where they only put it out
-- returns 1: it burned; 0: it was out, or they are still in the room through another node
-- include: lantern_lights
local lights, answers, people, roster, person, node = KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[2]
if node ~= '' then
  local nodes = tonumber(redis.call('HGET', people, person) or '0')
  if nodes > redis.call('HEXISTS', roster, node .. ':' .. person) then return 0 end
end
local was = burning(lights, person)
redis.call('DEL', answers)
if redis.call('HDEL', lights, person) == 1 then changed(lights) end
return was and 1 or 0
