# One image for every way of running the service: a server, several of them, or Lambda. Build it on a machine of the kind that it is to
# run on: the SDK does not work reliably in an emulator, and the program is one for that machine.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# What decides about packages comes first, so that a change of code does not restore them again.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/Domain/Domain.csproj src/Domain/packages.lock.json src/Domain/
COPY src/Application/Application.csproj src/Application/packages.lock.json src/Application/
COPY src/Infrastructure/Infrastructure.csproj src/Infrastructure/packages.lock.json src/Infrastructure/
COPY src/TrackmaniaSandbox/TrackmaniaSandbox.csproj src/TrackmaniaSandbox/packages.lock.json src/TrackmaniaSandbox/
COPY src/WebApi/WebApi.csproj src/WebApi/packages.lock.json src/WebApi/
RUN dotnet restore src/WebApi --locked-mode

COPY src/ src/
COPY sql/ sql/
RUN dotnet publish src/WebApi --configuration Release --no-restore --output /app

# Neither a shell nor a package manager, and a user who is not root; "extra" has the time zones.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app

# On Lambda it turns calls into requests; everywhere else nothing starts it.
COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter
COPY --from=build /app ./

# The base image sets ASPNETCORE_HTTP_PORTS, which would win over PORT.
ENV ASPNETCORE_HTTP_PORTS=""
ENV PORT=8080
EXPOSE 8080
USER $APP_UID
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/app/Backend.WebApi", "healthcheck"]
ENTRYPOINT ["/app/Backend.WebApi"]
