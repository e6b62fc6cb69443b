namespace Backend.Infrastructure.Trackmania;

internal static class UpstreamAddress
{
    /// <summary>An address below a base that may itself have a path.</summary>
    /// <param name="pathAndQuery">Starts with a slash; its values are percent-encoded already.</param>
    public static Uri Below(this Uri baseAddress, string pathAndQuery) => new(baseAddress.AbsoluteUri.TrimEnd('/') + pathAndQuery);
}
