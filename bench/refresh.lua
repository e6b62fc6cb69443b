-- POST /api/v1/users/refresh: each thread has one connection and one session, and presents the token it got last.
local tokens = {}
for line in io.lines(os.getenv("REFRESH_TOKENS")) do tokens[#tokens + 1] = line end
local started = 0

setup = function(thread)
  started = started + 1
  thread:set("token", tokens[started])
end

request = function()
  return wrk.format("POST", "/api/v1/users/refresh", { ["Content-Type"] = "application/json" }, '{"refresh_token":"' .. token .. '"}')
end

response = function(status, headers, body)
  token = string.match(body, '"refresh_token":"([^"]+)"') or token
end
