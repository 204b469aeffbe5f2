// What happens in Redis in one atomic step. A limit is a sorted set of uses by their (latest) time; beside that of an API
// key is the moment until which it is blocked. The attempts of an order are a hash: by id, the (latest) time at which each may
// send emails, its outcome, and a record that never changes. All times are whole milliseconds on one clock: Redis' own, so that
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
  now = math.floor(time[1] * 1000 + time[2] / 1000)
  local offset, expected, tolerance = string.match(ARGV[1], '^(%S+) (%S+) (%S+)')
  if offset then
    now = now + offset
    if math.abs(now - expected) > tonumber(tolerance) then
      return redis.error_reply('CLOCKSET Redis was set to another time.')
    end
  end
end
local function range(window)
  return '(' .. now - window, now + ${HORIZON_MS}
end
`;

/** ARGV, after the time: cool-down and milliseconds to remember. What `attempts.ts` does with an order's attempts, done here. */
const ATTEMPTS = `
local cooldown, remember = tonumber(ARGV[2]), tonumber(ARGV[3])
local function readAttempts(key)
  local attempts, last, fields = {}, {}, redis.call('HGETALL', key)
  for index = 1, #fields, 2 do
    local at, known, outcome, record = string.match(fields[index + 1], '^(%S+) ((%S+) (.*))$')
    local attempt = { id = fields[index], at = tonumber(at), known = known, record = record, sent = outcome ~= 'NOT_SENT' }
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
local function toReply(attempt)
  return attempt and { attempt.id, attempt.at .. ' ' .. attempt.known }
end
local function forgetEnded(key)
  local keepFor = 0
  for _, each in ipairs(readAttempts(key)) do
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
 * KEYS: of what is asked. ARGV: time, cool-down, milliseconds to remember, id, hold, whether what has room is taken, the attempt's
 * outcome and record, and what is asked, as `RedisStore` writes it. Returns the wait of each, the time, and the attempt behind that
 * of a recipient. The write that takes space comes first, because only that is refused by a Redis that is full.
 */
const RESERVE = `${NOW}${ATTEMPTS}
local id, hold, asks, cause = ARGV[4], tonumber(ARGV[5]), cjson.decode(ARGV[8]), nil
local waitFor = {}
function waitFor.recipient(ask)
  if cooldown == 0 then
    return 0
  end
  local conflicts = {}
  for _, mark in ipairs(ask.conflictsWith) do
    conflicts[mark] = true
  end
  for _, attempt in ipairs(readAttempts(ask.key)) do
    if attempt.cooling and not (cause and cause.at > attempt.at) then
      for _, mark in ipairs(cjson.decode(attempt.record).marks) do
        if conflicts[mark] then
          cause = attempt
          break
        end
      end
    end
  end
  return cause and math.min(cause.at, now) + cooldown - now or 0
end
function waitFor.blocked(ask)
  return math.max(0, tonumber(redis.call('GET', ask.key) or 0) - now)
end
function waitFor.caller(ask)
  local wait = 0
  ask.longest = 0
  for _, window in ipairs(ask.windows) do
    ask.longest = math.max(ask.longest, window.windowMs)
    local first, last = range(window.windowMs)
    local excess = redis.call('ZCOUNT', ask.key, first, last) + 1 - window.limit
    if excess > 0 then
      local leaver = redis.call('ZRANGEBYSCORE', ask.key, first, last, 'WITHSCORES', 'LIMIT', excess - 1, 1)
      wait = math.max(wait, math.min(tonumber(leaver[2] or now), now) + window.windowMs - now)
    end
  end
  return wait
end
waitFor.digicert = waitFor.caller

local take = {}
function take.recipient(ask)
  redis.call('HSET', ask.key, id, now + hold .. ' ' .. ARGV[7])
  forgetEnded(ask.key)
end
function take.blocked() end
function take.caller(ask)
  local isCaller = ask.kind == 'caller'
  -- Without windows nothing is limited.
  if ask.longest > 0 then
    redis.call('ZADD', ask.key, isCaller and now or now + hold, id)
    redis.call('ZREMRANGEBYSCORE', ask.key, '-inf', now - ask.longest)
    local keepFor = ask.longest + hold + (isCaller and 0 or ${SPARE_MS})
    redis.call('PEXPIRE', ask.key, math.max(redis.call('PTTL', ask.key), keepFor))
  end
end
take.digicert = take.caller

local waits, total = {}, 0
for index, ask in ipairs(asks) do
  -- A release before this one wrote fractions.
  waits[index] = math.ceil(waitFor[ask.kind](ask))
  total = total + waits[index]
end
for index, ask in ipairs(asks) do
  if ask.kind == 'caller' and waits[index] == 0 or ask.kind ~= 'caller' and total == 0 and ARGV[6] == '1' then
    take[ask.kind](ask)
  end
end
return { waits, now, toReply(cause) }
`;

/**
 * KEYS: one for each change. ARGV: time, cool-down, milliseconds to remember, then of each its kind, the id, in how many milliseconds
 * it is made (empty: never), and of a use the longest window, of an attempt outcome and record.
 */
const WRITE = `${NOW}${ATTEMPTS}
local write = {}
function write.use(key, id, ahead, longest)
  if not ahead then
    redis.call('ZREM', key, id)
  else
    redis.call('ZADD', key, now + ahead, id)
    redis.call('PEXPIRE', key, math.max(redis.call('PTTL', key), ahead + longest))
  end
end
function write.block(key, _, ahead)
  if tonumber(redis.call('GET', key) or 0) < now + ahead then
    redis.call('SET', key, now + ahead, 'PX', ahead)
  end
end
function write.attempt(key, id, ahead, known)
  if not ahead then
    redis.call('HDEL', key, id)
  else
    redis.call('HSET', key, id, now + ahead .. ' ' .. known)
  end
end
for index, key in ipairs(KEYS) do
  local kind, id, ahead, value = unpack(ARGV, 4 * index, 4 * index + 3)
  write[kind](key, id, tonumber(ahead), value)
  -- Once for all attempts of an order, which come one after the other: there may be very many.
  if kind == 'attempt' and KEYS[index + 1] ~= key then
    forgetEnded(key)
  end
end
`;

/** KEYS: of an order's attempts. ARGV: time, cool-down, milliseconds to remember. Returns the time, then each attempt. */
const GET_ATTEMPTS = `${NOW}${ATTEMPTS}
local found = { now }
for _, attempt in ipairs(readAttempts(KEYS[1])) do
  if attempt.kept then
    found[#found + 1] = toReply(attempt)
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

/**
 * KEYS: of the offset. ARGV: what time it should be, as above, or empty. Where it is neither by the monotonic nor by the system's
 * clock, the offset changes. Returns the time and the offset.
 */
const AGREE_ON_CLOCK = `
local time = redis.call('TIME')
local own = math.floor(time[1] * 1000 + time[2] / 1000)
local offset = tonumber(redis.call('GET', KEYS[1]) or 0)
local expected, tolerance, bySystem = string.match(ARGV[1], '^%S+ (%S+) (%S+) (%S+)$')
local function isOff(moment)
  return math.abs(own + offset - moment) > tonumber(tolerance)
end
if expected and isOff(expected) and isOff(bySystem) then
  offset = expected - own
end
if offset ~= 0 then
  redis.call('SET', KEYS[1], offset, 'PX', ${OFFSET_KEPT_MS})
end
return { own + offset, offset }
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
  limitsWrite: WRITE,
  limitsCount: COUNT,
  limitsAttempts: GET_ATTEMPTS,
  limitsAgreeOnClock: AGREE_ON_CLOCK,
  limitsTry: TRY,
} as const;
