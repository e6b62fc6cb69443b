-- POST /api/v1/map-searches for a mapper without maps, in turn for each user whose token is in the file TOKENS.
local tokens = {}
for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
local turn = 0

request = function()
  turn = turn % #tokens + 1
  return wrk.format("POST", "/api/v1/map-searches",
    { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. tokens[turn] },
    '{"mapper":"Nobody","period":"1d"}')
end
