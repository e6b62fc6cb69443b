using Backend.Application.Common.Messaging;
using Backend.Domain.Common;
using FluentValidation;
using MediatR;

namespace Backend.Unit.Architecture;

/// <summary>Types that break the rules on purpose, one rule each.</summary>
internal static class Violators
{
    public sealed record PlainRequest : IRequest<Result<int>>;

    public sealed record MisnamedQuery : ICommand<int>;

    public sealed record OrphanQuery : IQuery<int>;

    public sealed record TwiceQuery : IQuery<int>;

    public sealed class FirstHandler : IQueryHandler<TwiceQuery, int>
    {
        public Task<Result<int>> Handle(TwiceQuery query, CancellationToken cancellationToken) => Task.FromResult<Result<int>>(1);
    }

    internal class SecondHandler : IQueryHandler<TwiceQuery, int>
    {
        public Task<Result<int>> Handle(TwiceQuery query, CancellationToken cancellationToken) => Task.FromResult<Result<int>>(2);
    }

    internal sealed class Heir : SecondHandler;

    internal class OpenValidator : AbstractValidator<TwiceQuery>;

    internal sealed class ValidatorHeir : OpenValidator;

    public sealed record UncheckedCommand(string? Text) : ICommand<int>;

    public sealed record UncheckedSecretCommand(Secret? Text) : ICommand<int>;

    public sealed record FixedCommand(string Text) : ICommand<int>;

    public sealed record UncheckedListCommand(IReadOnlyList<string> Texts) : ICommand<int>;

    public sealed record KeyCommand(Backend.Domain.Accounts.UserId UserId) : ICommand<int>;

    public sealed record BareAnswerQuery(int Id) : IRequest<string>;

    public sealed class SilentBehaviour<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
        where TRequest : IRequest<TResponse>
    {
        public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) => next();
    }

    public sealed record LeakyCommand(string Password, string RefreshToken, string ClientSecret, Secret AccessToken) : ICommand<int>;

    public sealed class BareOptions
    {
        public int Number { get; init; }

        /// <summary>This one is documented.</summary>
        public int Documented { get; init; }
    }
}
