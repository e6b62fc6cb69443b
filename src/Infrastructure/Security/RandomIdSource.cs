using System.Diagnostics.CodeAnalysis;
using Backend.Application.Ports;

namespace Backend.Infrastructure.Security;

internal sealed class RandomIdSource : IIdSource
{
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The one place that ids come from.")]
    public Guid Next() => Guid.NewGuid();
}
