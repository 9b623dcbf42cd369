-- Included by every script that writes a room's log: where it ends, what it knows, how one entry is added.
-- KEYS  1 log (stream)  2 meta (hash)  3 ids (hash)  4 overlay (hash)  5 dedupe stem  6 slow stem
-- ARGV  1 channel, then the script's own
-- An entry is appended before it is published: a full disk or a full memory refuses the first write of a script,
-- and then nobody has seen anything.
local LOG, META, IDS, OVERLAY, DEDUPE, SLOW = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local CHANNEL = ARGV[1]

local function engine_now()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- {epoch, seq, tag} of the last entry; without a meta (a new room, or one that was flushed) the fresh epoch begins.
local function tail_or(fresh)
  local m = redis.call('HMGET', META, 'epoch', 'seq', 'tag', 'eased', 'shut')
  if m[1] then return {epoch = m[1], seq = tonumber(m[2]), tag = m[3], eased = m[4], shut = m[5]} end
  return {epoch = fresh, seq = 0, tag = '', shut = m[5], minted = true}
end

-- The amended or original entry at a sequence: tag, at, "id kind author", body; nil when it is gone.
local function row(seq)
  local over = redis.call('HGET', OVERLAY, seq)
  if over then
    local tag, at, who, body = string.match(over, '^(%S*) (%S*) ([^\n]*)\n(.*)$')
    return {tag = tag, at = at, who = who, body = body}
  end
  local found = redis.call('XRANGE', LOG, seq .. '-0', seq .. '-0')
  if not found[1] then return nil end
  local r = {}
  for i = 1, #found[1][2], 2 do r[found[1][2][i]] = found[1][2][i + 1] end
  return {tag = r.t, at = r.a, who = r.m, body = r.b}
end

-- "epoch seq tag at\n" + outcome of an id that is in the log or was in the dedupe window; nil when it is new.
local function known(id)
  local kept = redis.call('GET', DEDUPE .. id)
  if kept then return kept end
  local seq = redis.call('HGET', IDS, id)
  local r = seq and row(seq)
  if not r then return nil end
  return redis.call('HGET', META, 'epoch') .. ' ' .. seq .. ' ' .. r.tag .. ' ' .. r.at .. '\n'
end

-- The gap this person keeps between two messages (ms): an eased room ("until gap") is slower, who is spared ('~') has
-- none, and a negative one was given to who never waits.
local function pace(kind, author, slow, eased, now)
  if kind ~= 'message' or slow < 0 then return slow end
  if eased then
    local till, gap = string.match(eased, '^(%d+) (%d+)$')
    if now < tonumber(till) then slow = math.max(slow, tonumber(gap)) end
  end
  if slow > 0 and redis.call('EXISTS', SLOW .. '~' .. author) == 1 then return 0 end
  return slow
end

-- Why this author may not write in a room that is shut to them, or to everybody ("closed", shut.lua), or is about to be
-- ("late": one may ask again, fence.lua); nil where they may. Never the server itself ('-').
local function is_shut(shut, author, now)
  if not shut or author == '-' then return nil end
  if string.find(shut, ' * ', 1, true) or string.find(shut, ' ' .. author .. ' ', 1, true) then return 'closed' end
  for who, till in string.gmatch(shut, ' (%S-)=(%d+)=') do
    if (who == '*' or who == author) and now < tonumber(till) then return 'late' end
  end
  return nil
end

-- Why a commit is not made now ("late", "too_soon <ms>"), or nil.
local function refusal(now, author, slow, deadline)
  if deadline > 0 and now > deadline then return 'late' end
  if slow > 0 then
    local left = redis.call('PTTL', SLOW .. author)
    if left > 0 then return 'too_soon ' .. left end
  end
  return nil
end

-- Take the words out of one place: the stream keeps nothing, the overlay keeps id, tag and time.
local function replace(seq, kind, body)
  local r = row(seq)
  if not r then return end
  local id, old_kind, author = string.match(r.who, '^(%S+) (%S+) (%S+)$')
  redis.call('XDEL', LOG, seq .. '-0')
  local who = id .. ' ' .. (kind or old_kind) .. ' ' .. author
  redis.call('HSET', OVERLAY, seq, r.tag .. ' ' .. r.at .. ' ' .. who .. '\n' .. body)
  local kept = redis.call('GET', DEDUPE .. id)
  if kept then redis.call('SET', DEDUPE .. id, string.match(kept, '^[^\n]*\n'), 'KEEPTTL') end
end

-- Amend the target for an event about to be appended as `seq`; returns the places changed, "s,s1,s2", or nil.
-- Earlier amendments of the same target hold its old words: they become this event.
local function amend(seq, e)
  local target = redis.call('HGET', IDS, e.target)
  if not target then return nil end
  local kind = nil
  local words = e.amended
  if not words then kind, words = e.kind, e.body end
  replace(target, kind, words)
  local places = target
  local by = redis.call('HGET', OVERLAY, 'by:' .. target) or ''
  for earlier in string.gmatch(by, '%d+') do
    replace(earlier, e.kind, e.body)
    places = places .. ',' .. earlier
  end
  redis.call('HSET', OVERLAY, 'by:' .. target, by .. ' ' .. seq)
  return places
end

-- Append one entry after `tail` and publish it. e: id, kind, author, at, body, outcome, keep (ms), target?, amended?.
-- Moves `tail` on.
local function append(tail, e)
  if tail.minted then redis.call('DEL', LOG, IDS, OVERLAY) end
  local seq, prev = tail.seq + 1, tail.tag
  local tag = string.sub(redis.sha1hex(prev .. e.id), 1, 16)
  local who = e.id .. ' ' .. e.kind .. ' ' .. e.author
  local places = e.target and amend(seq, e) or nil
  local fields = {'t', tag, 'a', e.at, 'm', who, 'b', e.body}
  if e.outcome ~= '' then fields[#fields + 1] = 'u'; fields[#fields + 1] = e.outcome end
  if places then
    fields[#fields + 1] = 'o'; fields[#fields + 1] = e.target .. ' ' .. places .. (e.amended and ' e' or ' r')
  end
  redis.call('XADD', LOG, seq .. '-0', unpack(fields))
  redis.call('HSET', IDS, e.id, seq)
  if tail.minted then
    redis.call('HSET', META, 'epoch', tail.epoch, 'seq', seq, 'tag', tag, 'head', 1)
  else
    redis.call('HSET', META, 'seq', seq, 'tag', tag)
  end
  local place = tail.epoch .. ' ' .. seq .. ' ' .. tag
  if e.keep > 0 then redis.call('SET', DEDUPE .. e.id, place .. ' ' .. e.at .. '\n' .. e.outcome, 'PX', e.keep) end
  local head = 'c ' .. place .. ' ' .. prev .. ' ' .. e.at .. ' ' .. who
  local rest = e.body
  if places or e.outcome ~= '' then
    local amended = places and e.amended or nil
    head = head .. ' ' .. #e.body .. ' ' .. #e.outcome .. ' ' .. (amended and #amended or -1)
      .. ' ' .. (places and e.target or '-') .. ' ' .. (places or '-')
    rest = e.body .. e.outcome .. (amended or '')
  end
  redis.call('SPUBLISH', CHANNEL, head .. '\n' .. rest)
  tail.seq, tail.tag, tail.minted = seq, tag, nil
  return place
end
