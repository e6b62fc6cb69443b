using Backend.Domain.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Backend.Infrastructure.Postgres;

/// <summary>The relational areas. The scripts in <c>sql/</c> are the schema of record; this only says where things are.</summary>
internal sealed class BackendContext(DbContextOptions<BackendContext> options) : DbContext(options)
{
    public DbSet<UserRow> Users => Set<UserRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<UserRow>(user =>
    {
        user.ToTable("users");
        user.HasKey(u => u.Id);
        user.Property(u => u.Id).HasColumnName("id").UseIdentityByDefaultColumn();
        user.Property(u => u.Name).HasColumnName("username");
        user.Property(u => u.NameKey).HasColumnName("name_key").ValueGeneratedOnAddOrUpdate();
        user.Property(u => u.Email).HasColumnName("email");
        user.Property(u => u.EmailKey).HasColumnName("email_key").ValueGeneratedOnAddOrUpdate();
        user.Property(u => u.PasswordHash).HasColumnName("password_hash");
        user.Property(u => u.Role).HasColumnName("role");
        user.Property(u => u.CreatedAt).HasColumnName("created_at");
        user.Property(u => u.PlayerName).HasColumnName("tm_username");
        user.Property(u => u.PlayerAccountId).HasColumnName("tm_account_id");
        user.Property(u => u.TmxUserId).HasColumnName("tmx_user_id");
        user.Property(u => u.FormerName).HasColumnName("former_username");
        user.Property(u => u.TimeZone).HasColumnName("time_zone");
        user.Property(u => u.MapperMail).HasColumnName("mapper_mail");
        user.Property(u => u.DriverMail).HasColumnName("driver_mail");
        user.Property(u => u.FormerNameKey).HasColumnName("former_name_key").ValueGeneratedOnAddOrUpdate();
    });
}

/// <summary>A row of <c>users</c>. The keys are computed by the database.</summary>
internal sealed class UserRow
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public string NameKey { get; init; } = null!;

    public required string Email { get; init; }

    public string EmailKey { get; init; } = null!;

    public required string PasswordHash { get; init; }

    public required string Role { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string? PlayerName { get; init; }

    public string? PlayerAccountId { get; init; }

    public long? TmxUserId { get; init; }

    public string? FormerName { get; init; }

    public string? FormerNameKey { get; init; }

    public string TimeZone { get; init; } = MailPreferences.Standard.TimeZone;

    public bool MapperMail { get; init; } = MailPreferences.Standard.MapperMail;

    public bool DriverMail { get; init; } = MailPreferences.Standard.DriverMail;
}
