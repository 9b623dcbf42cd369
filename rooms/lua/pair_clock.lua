-- Included by every script of pairs that needs the time: the engine's clock, made fit for deadlines.
-- It never goes back: where the engine's does (set right, or another machine after a failover), it goes on from where it
-- was. It does not jump either: a caller says which time it saw last and how much has passed for itself since then; what
-- the engine has jumped beyond that is not followed. What it is off by melts away, a millisecond in two hundred.
local STEP = 2000      -- a late answer is no jump
local MOST = 600000    -- beyond ten minutes it was a real sleep, of all machines, or a clock that was plainly wrong
local KEEP = 1000      -- how far the time may go before it is written down

local function ms(number) return string.format('%.0f', number) end

-- The time now, and the engine's own. key: the clock   witness: "seen passed" (ms), "" from who has seen none
local function tick(key, witness)
  local t = redis.call('TIME')
  local real = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  local kept = redis.call('HMGET', key, 'last', 'off')
  local last, off = tonumber(kept[1] or nil), tonumber(kept[2] or nil) or 0
  if not last then
    redis.call('HSET', key, 'last', ms(real), 'off', '0')
    return real, real
  end
  local now = real + off
  local seen, passed = string.match(witness, '^(%d+) (%d+)$')
  local ahead = seen and now - tonumber(seen) - tonumber(passed) or 0
  if ahead > STEP and ahead <= MOST then now = now - ahead end
  if now < last then now = last end
  local moved = now - real ~= off
  if moved or now - last >= KEEP then
    off = now - real
    local melts = math.min(math.abs(off), math.floor((now - last) / 200))
    if not moved then off = off > 0 and off - melts or off + melts end
    redis.call('HSET', key, 'last', ms(now), 'off', ms(off))
  end
  return now, real
end
