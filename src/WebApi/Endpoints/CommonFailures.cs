using System.Reflection;
using Backend.Application.Sessions;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Http.Metadata;

namespace Backend.WebApi.Endpoints;

/// <summary>Documents the failures that follow from what a route is, so that none has to list them and none can forget them.</summary>
internal static class CommonFailures
{
    public static void Declare(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<IExcludeFromDescriptionMetadata>().Any(excluded => excluded.ExcludeFromDescription) || endpoint.Metadata.OfType<MethodInfo>().LastOrDefault() is not { } handler)
        {
            return;
        }

        var parameters = handler.GetParameters().Select(parameter => Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType).ToList();
        var takesBody = endpoint.Metadata.OfType<IAcceptsMetadata>().Any();
        if (takesBody || parameters.Exists(IsParsed))
        {
            endpoint.AddFailure(new FailureMetadata(StatusCodes.Status400BadRequest, Error: null));
        }

        if (takesBody)
        {
            endpoint.AddFailure(new FailureMetadata(StatusCodes.Status413PayloadTooLarge, Error: null));
            endpoint.AddFailure(new FailureMetadata(StatusCodes.Status415UnsupportedMediaType, Error: null));
        }

        var signsIn = NeedsSession(endpoint.Metadata);
        if (signsIn)
        {
            endpoint.AddFailure(new FailureMetadata(StatusCodes.Status401Unauthorized, SessionErrors.InvalidAccessToken));
            endpoint.AddFailure(new FailureMetadata(StatusCodes.Status401Unauthorized, SessionErrors.Ended));
            if (NeedsMore(endpoint.Metadata))
            {
                endpoint.AddFailure(new FailureMetadata(StatusCodes.Status403Forbidden, Error: null));
            }
        }

        // A session is looked up in a store, and so is whatever a use case is about.
        if (signsIn || parameters.Contains(typeof(IMediator)))
        {
            endpoint.AddFailure(new FailureMetadata(StatusCodes.Status503ServiceUnavailable, Error: null));
        }
    }

    public static bool NeedsSession(IEnumerable<object> metadata) =>
        metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any();

    /// <summary>Whether it is not enough to be signed in.</summary>
    private static bool NeedsMore(IEnumerable<object> metadata) =>
        metadata.OfType<IAuthorizeData>().Any(data => !string.IsNullOrEmpty(data.Roles) || !string.IsNullOrEmpty(data.Policy))
        || metadata.OfType<AuthorizationPolicy>().SelectMany(policy => policy.Requirements).Any(requirement => requirement is not DenyAnonymousAuthorizationRequirement);

    /// <summary>Whether text of a path or a query is made into it, which can fail.</summary>
    private static bool IsParsed(Type type) =>
        type != typeof(string) && Array.Exists(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>));
}
