using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Daily;

/// <summary>
/// Ends the process at a chosen call of a port, as far as that can be done within one: from then on every call fails, until somebody
/// starts it again. Whether the chosen call was still made is chosen, too. Also has something happen before a chosen call, and stops single
/// workers at one.
/// </summary>
internal sealed class CrashPoints
{
    private static readonly AsyncLocal<StoppedWorker?> s_worker = new();

    private readonly Lock _lock = new();
    private int? _left;
    private bool _isMade;
    private Type? _port;
    private IReadOnlyCollection<string>? _methods;
    private bool _isDead;
    private int _leftToInterruption;
    private Func<Task>? _interruption;

    public int Crashes { get; private set; }

    /// <summary>The process ends at the n-th call from now.</summary>
    /// <param name="port">Only its calls count; null for all.</param>
    /// <param name="methods">Only calls of these count; null for all.</param>
    public void Arm(int calls, bool isMade, Type? port = null, IReadOnlyCollection<string>? methods = null)
    {
        lock (_lock)
        {
            (_left, _isMade, _port, _methods) = (calls, isMade, port, methods);
        }
    }

    /// <summary>Something happens right before the n-th call from now.</summary>
    public void Interrupt(int calls, Func<Task> interruption)
    {
        lock (_lock)
        {
            (_leftToInterruption, _interruption) = (calls, interruption);
        }
    }

    /// <summary>What was to happen and did not does not happen any more.</summary>
    public void Calm()
    {
        lock (_lock)
        {
            _interruption = null;
        }
    }

    /// <summary>Has a worker do something; whatever begins within is this worker, too.</summary>
    public static async Task RunAsync(StoppedWorker worker, Func<Task> work)
    {
        s_worker.Value = worker;
        await work();
    }

    /// <summary>The process is started again; true when it had ended.</summary>
    public bool Revive()
    {
        lock (_lock)
        {
            var wasDead = _isDead;
            (_isDead, _left) = (false, null);
            return wasDead;
        }
    }

    /// <summary>Ports whose calls count.</summary>
    public void Watch<TPort>(IServiceCollection services)
        where TPort : class =>
        Decorate<TPort>(services, inner =>
        {
            var proxy = DispatchProxy.Create<TPort, Proxy<TPort>>();
            (((Proxy<TPort>)(object)proxy).Inner, ((Proxy<TPort>)(object)proxy).Points) = (inner, this);
            return proxy;
        });

    /// <summary>Puts something around the adapter of a port.</summary>
    public static void Decorate<TPort>(IServiceCollection services, Func<TPort, TPort> around)
        where TPort : class
    {
        var adapter = services.Last(service => service.ServiceType == typeof(TPort) && !service.IsKeyedService);
        services.Remove(adapter);
        services.AddSingleton(provider => around((TPort)(adapter.ImplementationInstance ?? adapter.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, adapter.ImplementationType!))));
    }

    /// <summary>Whether this call is made, and whether the process ends at it.</summary>
    private (bool IsMade, bool IsLast) Enter(Type port, string method)
    {
        lock (_lock)
        {
            if (_isDead)
            {
                return (false, true);
            }

            if (_left is null || (_port is not null && _port != port) || (_methods is not null && !_methods.Contains(method)) || --_left > 0)
            {
                return (true, false);
            }

            _isDead = true;
            Crashes++;
            return (_isMade, true);
        }
    }

    private Func<Task>? TakeInterruption()
    {
        lock (_lock)
        {
            if (_interruption is not { } interruption || _isDead || --_leftToInterruption > 0)
            {
                return null;
            }

            _interruption = null;
            return interruption;
        }
    }

    [SuppressMessage("Performance", "CA1852", Justification = "The runtime derives from it.")]
    private class Proxy<TPort> : DispatchProxy
        where TPort : class
    {
        private static readonly MethodInfo s_call = typeof(Proxy<TPort>).GetMethod(nameof(CallAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;

        public TPort Inner { get; set; } = null!;

        public CrashPoints Points { get; set; } = null!;

        protected override object? Invoke(MethodInfo? method, object?[]? arguments)
        {
            if (!typeof(Task).IsAssignableFrom(method!.ReturnType))
            {
                return method.Invoke(Inner, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
            }

            return method.ReturnType == typeof(Task)
                ? CallAsync<bool>(method, arguments)
                : s_call.MakeGenericMethod(method.ReturnType.GetGenericArguments()).Invoke(this, [method, arguments]);
        }

        private async Task<T> CallAsync<T>(MethodInfo method, object?[]? arguments)
        {
            var worker = s_worker.Value;
            var stopsAfterwards = worker is not null && await worker.EnterAsync(method.Name);
            if (Points.TakeInterruption() is { } interruption)
            {
                await interruption();
            }

            var (isMade, isLast) = Points.Enter(typeof(TPort), method.Name);
            T result = default!;
            if (isMade)
            {
                var call = (Task)method.Invoke(Inner, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null)!;
                await call;
                result = call is Task<T> typed ? typed.Result : default!;
            }

            if (stopsAfterwards)
            {
                await worker!.StopAsync();
            }

            return isLast ? throw new SimulatedCrashException() : result;
        }
    }
}

/// <summary>
/// A worker that stops at a chosen call, as in a machine that hangs: it neither works nor gives a sign of life until it goes on, and knows
/// nothing of it then.
/// </summary>
/// <param name="calls">It stops at the n-th.</param>
/// <param name="isMade">After it was made, or before.</param>
/// <param name="methods">Only calls of these count; null for all.</param>
internal sealed class StoppedWorker(int calls, bool isMade, IReadOnlyCollection<string>? methods = null)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = calls;

    /// <summary>It has come to the call.</summary>
    public Task Stopped => _stopped.Task;

    public void GoOn()
    {
        lock (_lock)
        {
            _left = 0;
        }

        _goesOn.TrySetResult();
    }

    public Task StopAsync()
    {
        _stopped.TrySetResult();
        return _goesOn.Task;
    }

    /// <returns>Whether it stops when the call was made.</returns>
    public async Task<bool> EnterAsync(string method)
    {
        if (_stopped.Task.IsCompleted)
        {
            await _goesOn.Task;
        }

        lock (_lock)
        {
            // The sign of life is given beside the work, which would go on.
            if (method == nameof(Application.Ports.IDailyRunStore.TryRenewAsync) || (methods is not null && !methods.Contains(method)) || _left == 0 || --_left > 0)
            {
                return false;
            }
        }

        if (!isMade)
        {
            await StopAsync();
        }

        return isMade;
    }
}

internal sealed class SimulatedCrashException : Exception
{
    public SimulatedCrashException()
        : base("The process has ended.")
    {
    }

    public SimulatedCrashException(string message)
        : base(message)
    {
    }

    public SimulatedCrashException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
