using System.Diagnostics.CodeAnalysis;

namespace Backend.Domain.Common;

/// <summary>Anything that can be made from an <see cref="Error"/>, so that generic code can fail without reflection.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IFailable<out TSelf>
{
    /// <summary>The error, or null on success.</summary>
    Error? Error { get; }

    static abstract TSelf Failure(Error error);
}

/// <summary>Either a value or an <see cref="Common.Error"/>.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public sealed class Result<T> : IFailable<Result<T>>
{
    private readonly T? _value;

    private Result(T value) => _value = value;

    private Result(Error error) => Error = error;

    public Error? Error { get; }

    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">This is a failure; check <see cref="IsSuccess"/> first.</exception>
    public T Value => IsSuccess ? _value! : throw new InvalidOperationException($"A failure ({Error.Code}) has no value.");

    public static Result<T> Success(T value) => new(value);

    public static Result<T> Failure(Error error) => new(error);

    public static implicit operator Result<T>(T value) => Success(value);

    public static implicit operator Result<T>(Error error) => Failure(error);
}

/// <summary>The value of a request that succeeds with nothing to tell.</summary>
public readonly record struct Nothing;
