-- Light somebody's light. One that burns begins anew and keeps its answers; one whose time was over is a new one.
-- KEYS  1 lights (hash)  2 who answered this light (set)
-- ARGV  1 person  2 how long it burns (ms)
-- returns 1: it was out; 0: it burned. Lights whose time is over are removed on the way.
-- include: lantern_lights
local lights, answers, person, lasts = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local was, answered = burning(lights, person)
for _, owner in ipairs(redis.call('HKEYS', lights)) do
  if owner ~= '' and not burning(lights, owner) then redis.call('HDEL', lights, owner) end
end
if not was then redis.call('DEL', answers) end
redis.call('HSET', lights, person, string.format('%.0f %d', now + lasts, answered or 0))
redis.call('PEXPIRE', answers, lasts)
changed(lights)
-- The hash outlives its last light by as long again: an empty one is never newer than a reading that is under way.
redis.call('PEXPIRE', lights, 2 * lasts)
return was and 0 or 1
