using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;
using MediatR;

namespace Backend.Unit.Architecture;

/// <summary>Types that break the rules on purpose; each rule must notice the ones that are its own.</summary>
public static class Violators
{
    public sealed record NeitherCommandNorQuery(int Id) : IRequest<Result<int>>;

    public sealed record BareAnswerQuery(int Id) : IRequest<string>;

    public sealed record OrphanCommand(UserId UserId) : ICommand<int>;

    public sealed record MisnamedRequest(UserId UserId) : ICommand<int>;

    public sealed record TwiceHandledCommand(UserId UserId) : ICommand<int>;

    public record UnsealedQuery(UserId UserId) : IQuery<int>;

    public sealed record FreeTextCommand(UserId UserId, string? Text) : ICommand<int>;

    public sealed record SecretCommand(Secret Secret) : ICommand<int>;

    public sealed record ListCommand(IReadOnlyList<string> Texts) : ICommand<int>;

    public sealed record NestedTextCommand(Inner Inner) : ICommand<int>;

    public sealed record Inner(int Number, string Text);

    public sealed record ValidatedCommand(string Text) : ICommand<int>;

    public sealed record LeakyCommand(string Password, string RefreshToken, string ClientSecret, string? AccessTokenText, byte[] PasswordHash) : ICommand<int>;

    public sealed class PublicHandler : IRequestHandler<MisnamedRequest, Result<int>>
    {
        public Task<Result<int>> Handle(MisnamedRequest request, CancellationToken cancellationToken) => Task.FromResult(Result<int>.Success(1));
    }

    internal sealed class FirstHandler : IRequestHandler<TwiceHandledCommand, Result<int>>
    {
        public Task<Result<int>> Handle(TwiceHandledCommand request, CancellationToken cancellationToken) => Task.FromResult(Result<int>.Success(1));
    }

    internal sealed class SecondHandler : IRequestHandler<TwiceHandledCommand, Result<int>>
    {
        public Task<Result<int>> Handle(TwiceHandledCommand request, CancellationToken cancellationToken) => Task.FromResult(Result<int>.Success(1));
    }

    public class OpenValidator : AbstractValidator<ValidatedCommand>;

    public sealed class PublicAdapter : IIdSource
    {
        public Guid Next() => Guid.Empty;
    }

    public sealed class SilentBehaviour<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
        where TRequest : IRequest<TResponse>
    {
        public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) => next();
    }
}
