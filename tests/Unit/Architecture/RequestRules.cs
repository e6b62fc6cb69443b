using System.Reflection;
using System.Text.RegularExpressions;
using Backend.Application.Common.Messaging;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Backend.Unit.Architecture;

/// <summary>What is asked of requests, handlers and validators. Each rule returns one sentence for every violation among the given types.</summary>
internal static partial class RequestRules
{
    /// <summary>Types that cannot hold free text: a command of these alone has nothing to validate.</summary>
    private static readonly HashSet<Type> Keys =
        [typeof(UserId), typeof(SessionId), typeof(MapSearchId), typeof(MapSearchKey), typeof(Guid), typeof(int), typeof(long), typeof(bool), typeof(DateTimeOffset)];

    public static Type[] Application { get; } = typeof(Backend.Application.DependencyInjection).Assembly.GetTypes();

    public static List<Type> Requests(IEnumerable<Type> types) => [.. types.Where(t => t is { IsAbstract: false, IsInterface: false } && AnswerOf(t) is not null)];

    public static Type? AnswerOf(Type request) => Contract(request, typeof(IRequest<>))?.GetGenericArguments()[0];

    public static bool IsCommand(Type request) => Contract(request, typeof(ICommand<>)) is not null;

    public static bool IsQuery(Type request) => Contract(request, typeof(IQuery<>)) is not null;

    public static List<Type> Handlers(IEnumerable<Type> types) => [.. types.Where(t => t is { IsAbstract: false, IsClass: true } && Contract(t, typeof(IRequestHandler<,>)) is not null)];

    public static List<Type> Validators(IEnumerable<Type> types) => [.. types.Where(t => t is { IsAbstract: false, IsClass: true } && Contract(t, typeof(IValidator<>)) is not null)];

    public static List<string> KindViolations(IReadOnlyCollection<Type> types) =>
    [
        .. from request in Requests(types)
           where IsCommand(request) == IsQuery(request)
           select $"{request.Name} is neither a command nor a query, or both",
        .. from request in Requests(types)
           where (IsCommand(request) && !request.Name.EndsWith("Command", StringComparison.Ordinal)) || (IsQuery(request) && !request.Name.EndsWith("Query", StringComparison.Ordinal))
           select $"{request.Name} is not named after its kind",
        .. from request in Requests(types)
           where !request.IsSealed || request.GetMethod("<Clone>$") is null
           select $"{request.Name} is no sealed record",
    ];

    public static List<string> HandlerViolations(IReadOnlyCollection<Type> types) =>
    [
        .. from request in Requests(types)
           let handlers = Handlers(types).Count(h => h.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>) && i.GetGenericArguments()[0] == request))
           where handlers != 1
           select $"{request.Name} has {handlers} handlers",
    ];

    public static List<string> HiddenViolations(IEnumerable<Type> types) =>
        [.. from type in types where type.IsVisible || type.IsPublic || type.IsNestedPublic || !type.IsSealed select $"{type.Name} is not internal and sealed"];

    public static List<string> ValidatorViolations(IReadOnlyCollection<Type> types)
    {
        var validated = Validators(types).Select(v => Contract(v, typeof(IValidator<>))!.GetGenericArguments()[0]).ToHashSet();
        return
        [
            .. from request in Requests(types)
               where IsCommand(request) && !validated.Contains(request)
               from property in request.GetProperties()
               where !IsKey(property.PropertyType)
               select $"{request.Name}.{property.Name} is free input that no validator looks at",
        ];
    }

    public static List<string> SecretViolations(IEnumerable<Type> types) =>
    [
        .. from type in types
           from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           where SecretName().IsMatch(property.Name) && property.PropertyType != typeof(Secret) && property.PropertyType != typeof(bool)
           select $"{type.Name}.{property.Name} looks like a secret and is a {property.PropertyType.Name}",
    ];

    public static List<string> FileViolations(IEnumerable<Type> requests, IReadOnlyCollection<SourceFile> files)
    {
        var violations = new List<string>();
        foreach (var request in requests)
        {
            var useCase = UseCaseSuffix().Replace(request.Name, string.Empty);
            var folder = "src/" + request.Namespace!["Backend.".Length..].Replace('.', '/');
            var file = files.FirstOrDefault(f => f.Path == $"{folder}/{useCase}.cs");
            if (file is null)
            {
                violations.Add($"{request.Name} is not in {folder}/{useCase}.cs");
                continue;
            }

            foreach (var part in new[] { $"record {request.Name}", $"class {useCase}Handler" })
            {
                if (!Regex.IsMatch(file.Code, $@"\b{part}\b", RegexOptions.None, TimeSpan.FromSeconds(10)))
                {
                    violations.Add($"{file.Path} does not hold the {part}");
                }
            }

            violations.AddRange(from other in RequestRecord().Matches(file.Code) where other.Groups["name"].Value != request.Name select $"{file.Path} also holds {other.Groups["name"].Value}");
        }

        return violations;
    }

    private static Type? Contract(Type type, Type open) => type.GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == open);

    private static bool IsKey(Type type) => Keys.Contains(type) || type.IsEnum || (Nullable.GetUnderlyingType(type) is { } inner && IsKey(inner));

    [GeneratedRegex("(Password|Token|Secret|Hash)(Text|Value)?$")]
    private static partial Regex SecretName();

    [GeneratedRegex("(Command|Query)$")]
    private static partial Regex UseCaseSuffix();

    [GeneratedRegex(@"\brecord (?<name>\w+(Command|Query))\b")]
    private static partial Regex RequestRecord();
}
