-- Put people of one node into a room and take others out; publish what that changes, once per window.
--
-- KEYS  1 roster   hash  <node>:<user> -> member, packed by Python and passed on unread
--       2 people   hash  <user> -> how many nodes have them here
--       3 version  string, the version of the last change
--       4 channel  of the room
--       5 promised sorted set of <node>:<user>; a promise ends when the seat is told or given up
--       6 lights   hash  <user> -> a light of the night lantern; it goes out with who leaves (lantern_lights.lua)
--       7 stem of who answered a light; the user is appended
-- ARGV  1 node     2 most bytes of one diff    3 how many pairs follow
--       then pairs: user, member               (here through this node)
--       then users                             (no longer here through this node)
-- Returns {version, present}.
--
-- Idempotent: who is in already with the same member, or is not there to go, changes and publishes nothing. So a
-- caller that does not know whether a call arrived repeats it. Published: "p <from> <version> <present>\n" and
-- {"j":[members],"l":[users]}, in several diffs if one would be too long. Users are ids of our own: no quoting needed.

local roster, people, counter, channel, promised = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local node, most, pairs_follow = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local from = tonumber(redis.call('GET', counter) or '0')
local version = from
local joined, left, bytes = {}, {}, 0

-- Versions only grow, whatever the store forgot: milliseconds of the engine, or one more than the last.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function publish()
  if #joined == 0 and #left == 0 then return end
  version = math.max(from + 1, now)
  local head = string.format('p %.0f %.0f %d\n', from, version, redis.call('HLEN', people))
  local body = '{"j":[' .. table.concat(joined, ',') .. '],"l":[' .. table.concat(left, ',') .. ']}'
  redis.call('SET', counter, string.format('%.0f', version))
  redis.call('SPUBLISH', channel, head .. body)
  from, joined, left, bytes = version, {}, {}, 0
end

local function told(list, item)
  list[#list + 1] = item
  bytes = bytes + #item + 1
  if bytes >= most then publish() end
end

local promises = redis.call('EXISTS', promised) == 1
local lights, answers = KEYS[6], KEYS[7]
local lit = redis.call('EXISTS', lights) == 1
local arg = 4
for _ = 1, pairs_follow do
  local user, member = ARGV[arg], ARGV[arg + 1]
  local field = node .. ':' .. user
  if promises then redis.call('ZREM', promised, field) end
  local before = redis.call('HGET', roster, field)
  if before ~= member then
    redis.call('HSET', roster, field, member)
    if not before then redis.call('HINCRBY', people, user, 1) end
    -- A second node of the same person says nothing new, unless they look different there.
    if before or redis.call('HGET', people, user) == '1' then told(joined, member) end
  end
  arg = arg + 2
end

for place = arg, #ARGV do
  local user = ARGV[place]
  if promises then redis.call('ZREM', promised, node .. ':' .. user) end
  if redis.call('HDEL', roster, node .. ':' .. user) == 1 and redis.call('HINCRBY', people, user, -1) <= 0 then
    redis.call('HDEL', people, user)
    if lit and redis.call('HDEL', lights, user) == 1 then
      redis.call('DEL', answers .. user)
      redis.call('HSET', lights, '', string.format('%.0f', math.max(tonumber(redis.call('HGET', lights, '') or '0') + 1, now)))
    end
    told(left, '"' .. user .. '"')
  end
end
publish()

local present = redis.call('HLEN', people)
if present == 0 then
  redis.call('PEXPIRE', counter, 86400000)  -- an empty room is forgotten after a day
else
  redis.call('PERSIST', counter)
end
return {string.format('%.0f', version), present}
