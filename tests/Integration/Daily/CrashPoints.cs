using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Daily;

/// <summary>
/// Ends the process at a chosen call of a port, as far as that can be done within one: from then on every call fails, until somebody
/// starts it again. Whether the chosen call was still made is chosen, too.
/// </summary>
internal sealed class CrashPoints
{
    private readonly Lock _lock = new();
    private int? _left;
    private bool _isMade;
    private Type? _port;
    private bool _isDead;

    public int Crashes { get; private set; }

    /// <summary>The process ends at the n-th call from now.</summary>
    /// <param name="port">Only its calls count; null for all.</param>
    public void Arm(int calls, bool isMade, Type? port = null)
    {
        lock (_lock)
        {
            (_left, _isMade, _port) = (calls, isMade, port);
        }
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
    private (bool IsMade, bool IsLast) Enter(Type port)
    {
        lock (_lock)
        {
            if (_isDead)
            {
                return (false, true);
            }

            if (_left is null || (_port is not null && _port != port) || --_left > 0)
            {
                return (true, false);
            }

            _isDead = true;
            Crashes++;
            return (_isMade, true);
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
                return method.Invoke(Inner, arguments);
            }

            return method.ReturnType == typeof(Task)
                ? CallAsync<bool>(method, arguments)
                : s_call.MakeGenericMethod(method.ReturnType.GetGenericArguments()).Invoke(this, [method, arguments]);
        }

        private async Task<T> CallAsync<T>(MethodInfo method, object?[]? arguments)
        {
            var (isMade, isLast) = Points.Enter(typeof(TPort));
            T result = default!;
            if (isMade)
            {
                var call = (Task)method.Invoke(Inner, arguments)!;
                await call;
                result = call is Task<T> typed ? typed.Result : default!;
            }

            return isLast ? throw new SimulatedCrashException() : result;
        }
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
