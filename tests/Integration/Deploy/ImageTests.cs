using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Backend.Integration.Support;
using Backend.WebApi.Commands;

namespace Backend.Integration.Deploy;

/// <summary>What can be known of the image without building it: that it is made of files that exist, and starts programs that are in it.</summary>
public sealed partial class ImageTests
{
    private static readonly Dockerfile s_image = Dockerfile.Instance;

    [Fact]
    public void Whatever_is_copied_exists_and_reaches_the_builder()
    {
        var sources = s_image.Copies.SelectMany(c => c.Sources).ToList();

        sources.Count.ShouldBeGreaterThan(10);
        sources.Where(s => !Path.Exists(Path.Combine(Repository.Root, s))).ShouldBeEmpty();
        sources.Where(s_image.IsIgnored).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(".git")]
    [InlineData("deploy/.env")]
    [InlineData("deploy/aws/Deploy.csproj")]
    [InlineData("tests/Unit/Unit.csproj")]
    [InlineData("artifacts/app/Backend.WebApi")]
    [InlineData("src/WebApi/obj/project.assets.json")]
    [InlineData("src/WebApi/bin/Release/net10.0/Backend.WebApi.dll")]
    [InlineData("src/WebApi/.env")]
    public void Nothing_else_reaches_the_builder(string path) => s_image.IsIgnored(path).ShouldBeTrue();

    /// <summary>Runs that part of the build for real: a file that is missing would fail it, and so would one that is not as locked.</summary>
    [Fact]
    public async Task What_is_copied_before_the_restore_is_all_that_a_locked_restore_needs()
    {
        const string Restore = "dotnet restore src/WebApi --locked-mode";
        var build = Path.Combine(Leash.Instance.Folder, "image");
        var steps = s_image.Instructions.TakeWhile(i => i.Name != "RUN").Count(i => i.Name == "COPY");
        foreach (var (sources, target) in s_image.Copies.Take(steps))
        {
            var folder = Directory.CreateDirectory(Path.Combine(build, target)).FullName;
            foreach (var source in sources)
            {
                File.Copy(Path.Combine(Repository.Root, source), Path.Combine(folder, Path.GetFileName(source)));
            }
        }

        s_image.All("RUN").First().ShouldBe(Restore);
        var (code, output) = await Programs.TryAsync([.. Restore.Split(' '), "--disable-build-servers"], build);

        code.ShouldBe(0, output);
        output.ShouldNotContain("warning");

        // A lock that is missing is made anew without a word.
        var copied = s_image.Copies.Take(steps).SelectMany(c => c.Sources).ToList();
        Directory.EnumerateFiles(build, "packages.lock.json", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(build, f)).Except(copied).ShouldBeEmpty();
    }

    [Fact]
    public void It_is_made_of_the_service_and_of_nothing_else()
    {
        s_image.All("RUN").ShouldBe(["dotnet restore src/WebApi --locked-mode", "dotnet publish src/WebApi --configuration Release --no-restore --output /app"]);
        s_image.Copies.SelectMany(c => c.Sources).Where(s => s.Contains('/')).Select(s => s.Split('/')[0]).Distinct().ShouldBe(["src", "sql"]);
        s_image.LastStage.Where(i => i.Name == "COPY").Select(i => i.Arguments).ShouldBe(
            ["--from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter", "--from=build /app ./"]);
        s_image.Only("WORKDIR").ShouldBe("/app");
    }

    [Fact]
    public async Task It_is_based_on_the_framework_of_the_product_and_has_no_shell()
    {
        var framework = Framework().Match(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "Directory.Build.props"))).Groups["version"].Value;
        var bases = s_image.All("FROM").ToList();

        bases.ShouldBe([$"mcr.microsoft.com/dotnet/sdk:{framework} AS build", $"mcr.microsoft.com/dotnet/aspnet:{framework}-noble-chiseled-extra"]);
    }

    [Fact]
    public void It_runs_as_a_user_who_is_not_root() => s_image.Only("USER").ShouldBe("$APP_UID");

    [Fact]
    public async Task Its_programs_are_in_the_published_folder()
    {
        var published = Path.GetDirectoryName(await PublishedService.ProgramAsync())!;
        var start = Command(s_image.Only("ENTRYPOINT"));
        var check = Command(s_image.Only("HEALTHCHECK").Split("CMD ")[1]);

        start.ShouldHaveSingleItem().ShouldStartWith("/app/");
        check.ShouldBe([start[0], HealthcheckCommand.Name]);
        File.Exists(Path.Combine(published, start[0]["/app/".Length..])).ShouldBeTrue();
        File.Exists(Path.Combine(published, "sql", "README.md")).ShouldBeTrue("migrate needs the scripts");
    }

    [Fact]
    public void It_listens_where_it_says()
    {
        s_image.Only("EXPOSE").ShouldBe(s_image.Environment["PORT"]);
        s_image.Environment["ASPNETCORE_HTTP_PORTS"].ShouldBeEmpty("what the base image sets there would win");
        SynthesizedStack.Standard.Environment("Api")["PORT"].ShouldBe(s_image.Environment["PORT"]);
    }

    private static List<string> Command(string json) => [.. JsonNode.Parse(json)!.AsArray().Select(n => (string)n!)];

    [GeneratedRegex("<TargetFramework>net(?<version>[0-9.]+)</TargetFramework>", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Framework();
}
