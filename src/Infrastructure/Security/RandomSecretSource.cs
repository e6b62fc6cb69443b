using System.Buffers.Text;
using System.Security.Cryptography;
using Backend.Application.Ports;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Security;

internal sealed class RandomSecretSource : ISecretSource
{
    private const int Length = 32;

    public Secret Next() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Length)));
}
