-- Answer every light that somebody may see: once for each person and light. A block hides both ways, at this moment.
-- KEYS  1 lights (hash)  2 who has blocked whom (hash "who whom")  3 stem of who answered a light; the owner is appended
-- ARGV  1 person who answers
-- returns how many lights they had not answered before
-- include: lantern_lights
local lights, apart, stem, person = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local told = 0
for _, owner in ipairs(redis.call('HKEYS', lights)) do
  local ends, answered = nil, nil
  if owner ~= '' and owner ~= person then ends, answered = burning(lights, owner) end
  local hidden = ends and (redis.call('HEXISTS', apart, person .. ' ' .. owner) == 1
    or redis.call('HEXISTS', apart, owner .. ' ' .. person) == 1)
  if ends and not hidden and redis.call('SADD', stem .. owner, person) == 1 then
    redis.call('PEXPIRE', stem .. owner, ends - now)
    redis.call('HSET', lights, owner, string.format('%.0f %d', ends, answered + 1))
    told = told + 1
  end
end
if told > 0 then changed(lights) end
return told
