using Backend.Domain.Common;
using FluentValidation;
using MediatR;

namespace Backend.Application.Common.Behaviours;

/// <summary>Answers with a validation error, without calling the handler, when a validator of the request objects.</summary>
internal sealed class ValidationBehaviour<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IFailable<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        foreach (var validator in validators)
        {
            var outcome = await validator.ValidateAsync(request, cancellationToken);
            if (!outcome.IsValid)
            {
                return TResponse.Failure(Error.Invalid(
                    outcome.Errors[0].ErrorMessage,
                    outcome.Errors
                        .GroupBy(e => e.PropertyName, StringComparer.Ordinal)
                        .ToDictionary(g => g.Key, g => g.Select(e => e.ErrorMessage).ToArray(), StringComparer.Ordinal)));
            }
        }

        return await next();
    }
}
