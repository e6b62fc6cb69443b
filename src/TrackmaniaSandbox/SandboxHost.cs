namespace Backend.TrackmaniaSandbox;

/// <summary>The four upstream hosts that the sandbox stands in for.</summary>
public enum SandboxHost
{
    /// <summary>Accounts, authentication and map records (base path <c>/core</c>).</summary>
    Core,

    /// <summary>Leaderboards and live map information (base path <c>/live</c>).</summary>
    Live,

    /// <summary>Application tokens and display names (base path <c>/oauth</c>).</summary>
    OAuth,

    /// <summary>Map and mapper search (base path <c>/tmx</c>).</summary>
    Tmx,
}
