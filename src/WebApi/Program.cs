namespace Backend.WebApi;

internal static class Program
{
    public static void Main() => Console.WriteLine("backend");
}
