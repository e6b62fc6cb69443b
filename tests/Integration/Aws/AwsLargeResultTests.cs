using System.Globalization;
using System.Text;
using Amazon.DynamoDBv2.Model;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Aws;
using Backend.Integration.Chaos;
using Backend.Integration.Support;

namespace Backend.Integration.Aws;

[Collection(nameof(Undisturbed))]
public sealed class AwsLargeResultTests(ITestOutputHelper output) : LargeResultTests(HostProfile.Aws, output)
{
    /// <summary>DynamoDB takes 400 KB, and is paid by the kilobyte.</summary>
    private const int LargestItem = 100 * 1024;

    private protected override async Task JudgeAsync(MapSearchKey key)
    {
        var (items, bytes, largest) = (0, 0L, (Size: 0, Of: string.Empty));
        var table = Aws!.NameOf(AwsSchema.MapSearches);
        var request = new ScanRequest(table) { ConsistentRead = true };
        do
        {
            var page = await Aws.DynamoDb.ScanAsync(request);
            foreach (var item in page.Items)
            {
                var size = item.Sum(attribute => Encoding.UTF8.GetByteCount(attribute.Key) + SizeOf(attribute.Value));
                (items, bytes) = (items + 1, bytes + size);
                largest = size > largest.Size ? (size, $"{item["pk"].S} {item["sk"].S}") : largest;
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });

        Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{items} items, {bytes / 1024 / 1024} MB; the largest has {largest.Size} bytes: {largest.Of}"));
        largest.Size.ShouldBeLessThan(LargestItem);
        bytes.ShouldBeGreaterThan(4 * 1024 * 1024);
    }

    /// <summary>As DynamoDB counts, except that it needs less for a number.</summary>
    private static int SizeOf(AttributeValue value) => value switch
    {
        { S: { } text } => Encoding.UTF8.GetByteCount(text),
        { N: { } number } => number.Length,
        { B: { } binary } => (int)binary.Length,
        { M: { } map } => map.Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + SizeOf(entry.Value) + 1),
        _ => 1,
    };
}
