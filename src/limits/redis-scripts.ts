// What happens in Redis in one atomic step. A limit is a sorted set of uses by their (latest) time; beside that of an API
// key is the moment until which it is blocked. The attempts of an order are a hash: by id, the (latest) time at which each may
// send emails, its outcome, and a record that never changes. All times are milliseconds on one clock: Redis' own, so that
// the clocks of those who share it need not agree. A clock that was set back shows in the times: one that is later than any
// can be was written before that, and does not count.

/** Milliseconds by which a use may lie ahead of now: twice the longest deadline, as restoring one takes a while. */
const HORIZON_MS = 240_000;

/**
 * Milliseconds for which keys that stop emails or the quota outlive what they say, so that a clock set forward by an hour does not
 * make Redis forget them.
 */
const SPARE_MS = 7_200_000;

/** Milliseconds: longer than anything that was written with an offset. */
const OFFSET_KEPT_MS = 400 * 86_400_000;

/**
 * ARGV[1] is the time; or empty for Redis' own; or what to add to that, what time it has to be then, and by how many milliseconds
 * it may differ: where it does, nothing is done. See `redis-clock.ts`.
 */
const NOW = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
  local offset, expected, tolerance = string.match(ARGV[1], '^(%S+) (%S+) (%S+)')
  if offset then
    now = now + offset
    if math.abs(now - expected) > tonumber(tolerance) then
      return redis.error_reply('CLOCKSET Redis was set to another time.')
    end
  end
end
local firsts = {}
local function range(window)
  firsts[window] = firsts[window] or string.format('(%.17g', now - window)
  return firsts[window], string.format('%.17g', now + ${HORIZON_MS})
end
`;

/** What `attempts.ts` does with the attempts of an order in this process, done here. */
const ATTEMPTS = `
local function readAttempts(key, cooldown, remember)
  local attempts, last, fields = {}, {}, redis.call('HGETALL', key)
  for index = 1, #fields, 2 do
    local at, outcome, record = string.match(fields[index + 1], '^(%S+) (%S+) (.*)$')
    local attempt = { id = fields[index], at = tonumber(at), outcome = outcome, record = record, sent = outcome ~= 'NOT_SENT' }
    if attempt.at > now + ${HORIZON_MS} then
      attempt.at = now - cooldown
    end
    attempt.cooling = attempt.sent and attempt.at > now - cooldown
    local latest = last[attempt.sent]
    local isRemembered = attempt.at <= now and attempt.at > now - (attempt.sent and remember or cooldown)
    if isRemembered and not (latest and latest.at > attempt.at) then
      last[attempt.sent] = attempt
    end
    attempts[#attempts + 1] = attempt
  end
  for _, attempt in ipairs(attempts) do
    attempt.kept = attempt.cooling or attempt == last[attempt.sent]
  end
  return attempts
end
local function toValue(attempt)
  return string.format('%.17g', attempt.at) .. ' ' .. attempt.outcome .. ' ' .. attempt.record
end
local function writeAttempt(key, id, attempt)
  if attempt.outcome == '' then
    redis.call('HDEL', key, id)
  else
    redis.call('HSET', key, id, toValue(attempt))
  end
end
local function forgetEnded(key, cooldown, remember)
  local keepFor = 0
  for _, each in ipairs(readAttempts(key, cooldown, remember)) do
    if each.kept then
      keepFor = math.max(keepFor, each.at - now + (each.sent and remember or cooldown))
    else
      redis.call('HDEL', key, each.id)
    end
  end
  redis.call('PEXPIRE', key, math.ceil(keepFor + ${SPARE_MS}))
end
`;

/**
 * KEYS: of the order's attempts (a, if there is an attempt), of the caller (c), of the quota (q), where it is blocked (b). ARGV: time,
 * id, hold, cool-down, milliseconds to remember, which keys there are (a, c, q, b) and whether the attempt is made without the
 * quota's key (t), what the attempt conflicts with, its record, then of caller and quota how many windows it has, and limit and
 * milliseconds of each. Returns the waits of each kind, for how long the quota is blocked, the time, and the attempt behind the
 * wait of a recipient. The write that takes space comes first, because only that is refused by a Redis that is full.
 */
const RESERVE = `${NOW}${ATTEMPTS}
local id, hold, cooldown, remember = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local at, keys = 9, 0
local function isGiven(letter)
  return string.find(ARGV[6], letter, 1, true)
end
local function nextKey(letter)
  if isGiven(letter) then
    keys = keys + 1
    return KEYS[keys]
  end
end
local function readLimit(key)
  local limit = { key = key, wait = 0, longest = 0 }
  if not key then
    return limit
  end
  local windows = tonumber(ARGV[at])
  for index = at + 1, at + 2 * windows, 2 do
    local most, window = tonumber(ARGV[index]), tonumber(ARGV[index + 1])
    limit.longest = math.max(limit.longest, window)
    local first, last = range(window)
    local excess = redis.call('ZCOUNT', key, first, last) + 1 - most
    if excess > 0 then
      local leaver = redis.call('ZRANGEBYSCORE', key, first, last, 'WITHSCORES', 'LIMIT', excess - 1, 1)
      limit.wait = math.max(limit.wait, math.min(tonumber(leaver[2] or now), now) + window - now)
    end
  end
  at = at + 1 + 2 * windows
  return limit
end
local function take(limit, atMs, spare)
  -- Without windows nothing is limited.
  if limit.longest == 0 then
    return
  end
  redis.call('ZADD', limit.key, atMs, id)
  redis.call('ZREMRANGEBYSCORE', limit.key, '-inf', now - limit.longest)
  redis.call('PEXPIRE', limit.key, math.ceil(math.max(redis.call('PTTL', limit.key), limit.longest + hold + spare)))
end

local attemptsKey, cooling, cause = nextKey('a'), 0, nil
if attemptsKey and cooldown > 0 then
  local conflicts = {}
  for _, mark in ipairs(cjson.decode(ARGV[7])) do
    conflicts[mark] = true
  end
  for _, attempt in ipairs(readAttempts(attemptsKey, cooldown, remember)) do
    if attempt.cooling and not (cause and cause.at > attempt.at) then
      for _, mark in ipairs(cjson.decode(attempt.record).marks) do
        if conflicts[mark] then
          cause, cooling = attempt, math.min(attempt.at, now) + cooldown - now
          break
        end
      end
    end
  end
end
local caller = readLimit(nextKey('c'))
local quota = readLimit(nextKey('q'))
local blockKey = nextKey('b')
local blocked = blockKey and math.max(0, tonumber(redis.call('GET', blockKey) or 0) - now) or 0
quota.wait = math.max(quota.wait, blocked)

if caller.key and caller.wait == 0 then
  take(caller, now, 0)
end
if (quota.key or isGiven('t')) and caller.wait + cooling + quota.wait == 0 then
  take(quota, now + hold, ${SPARE_MS})
  if attemptsKey then
    writeAttempt(attemptsKey, id, { at = now + hold, outcome = 'IN_PROGRESS', record = ARGV[8] })
    forgetEnded(attemptsKey, cooldown, remember)
  end
end
return {
  { tostring(caller.wait), tostring(cooling), tostring(quota.wait) },
  tostring(blocked),
  string.format('%.17g', now),
  cause and toValue(cause)
}
`;

/** KEYS: of each use. ARGV: time, then id, milliseconds until it is used, and longest window of each. */
const COMMIT = `${NOW}
for index, key in ipairs(KEYS) do
  local id, ahead, longest = ARGV[3 * index - 1], tonumber(ARGV[3 * index]), tonumber(ARGV[3 * index + 1])
  redis.call('ZADD', key, now + ahead, id)
  redis.call('PEXPIRE', key, math.ceil(math.max(redis.call('PTTL', key), ahead + longest)))
end
`;

/** KEYS: of a limit. ARGV: time, id. */
const RELEASE = `
redis.call('ZREM', KEYS[1], ARGV[2])
`;

/**
 * KEYS: of each attempt its order's. ARGV: time, cool-down, milliseconds to remember, then id, milliseconds until it may send emails,
 * outcome (empty: to be forgotten) and record of each.
 */
const END_ATTEMPTS = `${NOW}${ATTEMPTS}
for index, key in ipairs(KEYS) do
  local id, ahead, outcome, record = unpack(ARGV, 4 * index, 4 * index + 3)
  writeAttempt(key, id, { at = now + tonumber(ahead), outcome = outcome, record = record })
  -- Once for all attempts of an order, which come one after the other: there may be very many.
  if KEYS[index + 1] ~= key then
    forgetEnded(key, tonumber(ARGV[2]), tonumber(ARGV[3]))
  end
end
`;

/** KEYS: of an order's attempts. ARGV: time, cool-down, milliseconds to remember. Returns the time, then id and value of each. */
const GET_ATTEMPTS = `${NOW}${ATTEMPTS}
local found = { string.format('%.17g', now) }
for _, attempt in ipairs(readAttempts(KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]))) do
  if attempt.kept then
    found[#found + 1] = attempt.id
    found[#found + 1] = toValue(attempt)
  end
end
return found
`;

/** KEYS: of a limit. ARGV: time, then the milliseconds of each window. Returns how much of each is taken. */
const COUNT = `${NOW}
local counts = {}
for index = 2, #ARGV do
  local first, last = range(ARGV[index])
  counts[index - 1] = redis.call('ZCOUNT', KEYS[1], first, last)
end
return counts
`;

/** KEYS: where an API key is blocked. ARGV: time, milliseconds. */
const BLOCK = `${NOW}
if tonumber(redis.call('GET', KEYS[1]) or 0) < now + ARGV[2] then
  redis.call('SET', KEYS[1], string.format('%.3f', now + ARGV[2]), 'PX', math.ceil(ARGV[2]))
end
`;

/**
 * KEYS: of the offset. ARGV: what time it should be, as above, or empty. Where it is neither by the monotonic nor by the system's
 * clock, the offset changes. Returns the time and the offset.
 */
const AGREE_ON_CLOCK = `
local time = redis.call('TIME')
local own = time[1] * 1000 + time[2] / 1000
local offset = tonumber(redis.call('GET', KEYS[1]) or 0)
local expected, tolerance, bySystem = string.match(ARGV[1], '^%S+ (%S+) (%S+) (%S+)$')
local function isOff(moment)
  return math.abs(own + offset - moment) > tonumber(tolerance)
end
if expected and isOff(expected) and isOff(bySystem) then
  offset = expected - own
end
if offset ~= 0 then
  redis.call('SET', KEYS[1], string.format('%.17g', offset), 'PX', ${OFFSET_KEPT_MS})
end
return { string.format('%.17g', own + offset), string.format('%.17g', offset) }
`;

/**
 * KEYS: one that is free. Does once what the other scripts do, each command of theirs, so that what would not work is found before
 * Redis is relied on. What takes space comes first here, too. Returns by which policy Redis may remove keys, if it may: `unknown`
 * where INFO is not allowed.
 */
const TRY = `
local key = KEYS[1]
for _, command in ipairs({
  { 'SET', key, '', 'PX', 1000 }, { 'GET', key }, { 'PEXPIRE', key, 0 },
  { 'ZADD', key, 1, 'a' }, { 'ZCOUNT', key, 0, 1 }, { 'ZRANGEBYSCORE', key, 0, 1 },
  { 'ZREMRANGEBYSCORE', key, 2, 3 }, { 'PTTL', key }, { 'ZREM', key, 'a' },
  { 'HSET', key, 'a', '' }, { 'HGETALL', key }, { 'HDEL', key, 'a' }, { 'TIME' }
}) do
  local reply = redis.pcall(unpack(command))
  if type(reply) == 'table' and reply.err then
    return redis.error_reply(reply.err .. ' (' .. command[1] .. ')')
  end
end
local memory = redis.pcall('INFO', 'memory')
if type(memory) == 'table' then
  return { 'unknown' }
end
local policy = string.match(memory, 'maxmemory_policy:(%S+)')
return { policy ~= 'noeviction' and not string.find(memory, 'maxmemory:0%s') and policy or nil }
`;

/** Lua, by name. */
export const SCRIPTS = {
  limitsReserve: RESERVE,
  limitsCommit: COMMIT,
  limitsRelease: RELEASE,
  limitsCount: COUNT,
  limitsBlock: BLOCK,
  limitsEndAttempts: END_ATTEMPTS,
  limitsAttempts: GET_ATTEMPTS,
  limitsAgreeOnClock: AGREE_ON_CLOCK,
  limitsTry: TRY,
} as const;
