using Backend.Domain.Accounts;

namespace Backend.Unit.Domain;

public sealed class RoleTests
{
    [Fact]
    public void Roles_have_the_short_names_that_clients_read()
    {
        Role.User.ToName().ShouldBe("user");
        Role.Admin.ToName().ShouldBe("admin");
        Enum.GetValues<Role>().Select(r => r.ToName()).ShouldBeUnique();
    }

    [Fact]
    public void The_role_that_nobody_set_is_the_weak_one() => default(Role).ShouldBe(Role.User);
}
