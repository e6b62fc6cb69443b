using Backend.Domain.Common;
using MediatR;

namespace Backend.Application.Common.Messaging;

/// <summary>A request that may change something.</summary>
/// <typeparam name="T">What it answers on success.</typeparam>
public interface ICommand<T> : IRequest<Result<T>>;

/// <summary>A request that changes nothing.</summary>
/// <typeparam name="T">What it answers on success.</typeparam>
public interface IQuery<T> : IRequest<Result<T>>;

/// <summary>Sent all the time; that it went well is not worth a line in the log.</summary>
public interface IPeriodic;

internal interface ICommandHandler<in TCommand, T> : IRequestHandler<TCommand, Result<T>>
    where TCommand : ICommand<T>;

internal interface IQueryHandler<in TQuery, T> : IRequestHandler<TQuery, Result<T>>
    where TQuery : IQuery<T>;
