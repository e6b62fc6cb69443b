namespace Backend.Unit.Architecture;

/// <summary>The tool that the other rules look through.</summary>
public sealed class SourceTreeTests
{
    [Fact]
    public void The_product_is_found_without_what_the_build_makes()
    {
        SourceTree.Product.Count.ShouldBeGreaterThan(100);
        SourceTree.Product.Select(f => f.Path).ShouldContain("src/Domain/Common/Result.cs");
        SourceTree.Product.ShouldAllBe(f => !f.Path.Contains("/obj/", StringComparison.Ordinal));
    }

    [Fact]
    public void Comments_and_plain_texts_are_no_code_but_the_holes_of_interpolated_ones_are()
    {
        const string Source = """"
            var a = 1; // DateTime.Now
            /* Console.Write
               more */ var b = "Console.Write \" still";
            var c = @"C:\Console ""quoted"" "; var d = '"'; var e = $"{DateTime.UtcNow}";
            var f = """
                Console.Write
                """; var g = 2;
            """";

        var code = SourceTree.Strip(Source);

        code.ShouldNotContain("Console");
        code.ShouldNotContain("DateTime.Now");
        code.ShouldContain("DateTime.UtcNow");
        foreach (var kept in new[] { "var a = 1;", "var b =", "var c =", "var d =", "var e =", "var f =", "var g = 2;" })
        {
            code.ShouldContain(kept);
        }

        code.Count(c => c == '\n').ShouldBe(Source.Count(c => c == '\n'));
    }
}
