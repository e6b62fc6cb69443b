using System.Reflection;
using System.Text.RegularExpressions;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Feedback;
using Backend.Domain.MapSearches;
using Backend.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Backend.Unit.Architecture;

/// <summary>What a rule looked at and what breaks it. A rule that looked at nothing proves nothing.</summary>
internal sealed record Finding(int Selected, IReadOnlyList<string> Violations)
{
    public void ShouldHold()
    {
        Selected.ShouldBeGreaterThan(0, "the rule selected nothing");
        Violations.ShouldBeEmpty();
    }

    public void ShouldBite(int times = 1) => Violations.Count.ShouldBe(times, string.Join(", ", Violations));

    public static Finding Of<T>(IEnumerable<T> items, Func<T, bool> isViolation, Func<T, string> name)
    {
        var all = items.ToList();
        return new Finding(all.Count, [.. all.Where(isViolation).Select(name)]);
    }
}

internal static partial class Rules
{
    private static readonly HashSet<Type> Keys =
        [typeof(UserId), typeof(SessionId), typeof(MapSearchId), typeof(MapSearchKey), typeof(Guid), typeof(int), typeof(long), typeof(bool), typeof(DateTimeOffset), typeof(AlertId), typeof(DriverNotificationId), typeof(FeedbackId), typeof(DailyCheck)];

    public static IEnumerable<Type> Requests(IEnumerable<Type> types) =>
        types.Where(t => t is { IsInterface: false, IsAbstract: false } && t.GetInterfaces().Any(i => IsOf(i, typeof(IRequest<>))));

    public static Finding RequestsAreCommandsOrQueries(IEnumerable<Type> types) =>
        Finding.Of(
            Requests(types),
            t => t.GetInterfaces().Count(i => IsOf(i, typeof(ICommand<>)) || IsOf(i, typeof(IQuery<>))) != 1
                || !t.Name.EndsWith(t.GetInterfaces().Any(i => IsOf(i, typeof(ICommand<>))) ? "Command" : "Query", StringComparison.Ordinal),
            t => t.Name);

    public static Finding RequestsHaveOneHandler(IReadOnlyCollection<Type> types) =>
        Finding.Of(
            Requests(types),
            request => types.SelectMany(t => t.IsAbstract ? [] : t.GetInterfaces()).Count(i => IsOf(i, typeof(IRequestHandler<,>)) && i.GenericTypeArguments[0] == request) != 1,
            t => t.Name);

    public static bool IsHandler(Type type) => type.IsClass && type.GetInterfaces().Any(i => IsOf(i, typeof(IRequestHandler<,>)));

    public static bool IsValidator(Type type) => type.IsClass && typeof(IValidator).IsAssignableFrom(type);

    public static Finding AreInternalAndSealed(IEnumerable<Type> types) =>
        Finding.Of(types, t => t.IsPublic || t.IsNestedPublic || !t.IsSealed, t => t.Name);

    /// <summary>Free input is whatever is no key, number or choice of a few: text, secrets, lists, and records that may hold them.</summary>
    public static Finding CommandsWithFreeInputHaveValidators(IReadOnlyCollection<Type> types) =>
        Finding.Of(
            Requests(types).Where(t => t.GetInterfaces().Any(i => IsOf(i, typeof(ICommand<>))) && t.GetProperties().Any(p => !IsKey(p.PropertyType))),
            request => !types.Any(t => typeof(IValidator<>).MakeGenericType(request).IsAssignableFrom(t)),
            t => t.Name);

    public static Finding OneUseCaseOneFile(IEnumerable<Type> requests, IReadOnlyCollection<SourceFile> sources) =>
        Finding.Of(
            requests,
            request =>
            {
                var useCase = Regex.Replace(request.Name, "(Command|Query)$", "", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
                var folder = "src/" + request.Namespace!["Backend.".Length..].Replace('.', '/');
                var files = sources.Where(s => s.Path == $"{folder}/{useCase}.cs").ToList();
                return files.Count != 1
                    || !files[0].Text.Contains($"record {request.Name}(", StringComparison.Ordinal)
                    || !files[0].Text.Contains($"class {useCase}Handler(", StringComparison.Ordinal);
            },
            t => t.Name);

    public static Finding SecretsAreSecret(IEnumerable<Type> requests) =>
        Finding.Of(
            requests.SelectMany(t => t.GetProperties()).Where(p => SecretName().IsMatch(p.Name)),
            p => p.PropertyType != typeof(Secret),
            p => $"{p.DeclaringType!.Name}.{p.Name}");

    public static Finding OnlyTestsSeeInternals(IEnumerable<SourceFile> projects) =>
        Finding.Of(
            projects.SelectMany(p => FriendAssembly().Matches(p.Text).Select(m => (p.Path, Friend: m.Groups["friend"].Value))),
            f => f.Friend is not ("Backend.Unit" or "Backend.Integration" or "DynamicProxyGenAssembly2"),
            f => $"{f.Path}: {f.Friend}");

    /// <param name="documentation">The compiler's XML file.</param>
    public static Finding SettingsAreDocumented(IEnumerable<Type> types, string documentation) =>
        Finding.Of(
            types.Where(t => t.IsClass && t.Name.EndsWith("Options", StringComparison.Ordinal))
                .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                .Where(p => p.GetIndexParameters().Length == 0),
            p => !documentation.Contains($"\"P:{p.DeclaringType!.FullName!.Replace('+', '.')}.{p.Name}\"", StringComparison.Ordinal),
            p => $"{p.DeclaringType!.Name}.{p.Name}");

    private static bool IsKey(Type type) => Keys.Contains(type) || type.IsEnum || (Nullable.GetUnderlyingType(type) is { } inner && IsKey(inner));

    private static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    [GeneratedRegex("Password|Token$|Secret", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecretName();

    [GeneratedRegex("InternalsVisibleTo(?: Include=|\\()\"(?<friend>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FriendAssembly();
}
