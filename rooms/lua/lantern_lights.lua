-- What the writers of the night lantern share. A light is "until answered" (engine ms, people) under its owner; under ""
-- stands the version of the last change, which only grows, so that a late reading is told from a newer one.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- until when a light burns and how many answered it; nothing if there is none, or its time is over
local function burning(lights, owner)
  local found = redis.call('HGET', lights, owner)
  if not found then return nil end
  local ends, answered = string.match(found, '^(%d+) (%d+)$')
  if tonumber(ends) <= now then return nil end
  return tonumber(ends), tonumber(answered)
end

local function changed(lights)
  local last = tonumber(redis.call('HGET', lights, '') or '0')
  redis.call('HSET', lights, '', string.format('%.0f', math.max(last + 1, now)))
end
