using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Backend.Integration.Support;

/// <summary>Files with a certificate for localhost, of an authority that nobody knows but through its own file.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset s_from = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backend-tests-tls-");

    public TestCertificates()
    {
        using var root = MakeRoot("CN=Authority of the tests");
        using var other = MakeRoot("CN=Authority of somebody else");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = request.Create(root, s_from, s_from.AddYears(50), [1, 2, 3, 4]);
        File.WriteAllText(RootFile, root.ExportCertificatePem());
        File.WriteAllText(OtherRootFile, other.ExportCertificatePem());
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The authority's.</summary>
    public string RootFile => Path.Combine(_folder.FullName, "root.crt");

    /// <summary>That of another authority, which has signed nothing.</summary>
    public string OtherRootFile => Path.Combine(_folder.FullName, "other.crt");

    public string CertificateFile => Path.Combine(_folder.FullName, "crt");

    public string KeyFile => Path.Combine(_folder.FullName, "key");

    public void Dispose() => _folder.Delete(recursive: true);

    private static X509Certificate2 MakeRoot(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(s_from, s_from.AddYears(60));
    }
}
