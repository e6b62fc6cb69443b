using System.Buffers;
using System.Text;
using System.Text.Json;
using Backend.WebApi.Http;

namespace Backend.Unit.WebApi;

public sealed class NumberOrTextConverterTests
{
    [Theory]
    [InlineData("1234", "1234")]
    [InlineData("12.5e3", "12.5e3")]
    [InlineData("\"1234\"", "1234")]
    [InlineData("\"O'Reilly\"", "O'Reilly")]
    public void A_number_or_a_text_is_read_wherever_what_was_received_so_far_ends(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        for (var edge = 0; edge <= bytes.Length; edge++)
        {
            var reader = new Utf8JsonReader(Split(bytes, edge), isFinalBlock: true, state: default);
            reader.Read().ShouldBeTrue();
            new NumberOrTextConverter().Read(ref reader, typeof(string), JsonSerializerOptions.Web).ShouldBe(expected, $"edge {edge}");
        }
    }

    [Theory]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("{}")]
    public void Anything_else_is_refused(string json) => Should.Throw<JsonException>(() =>
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        new NumberOrTextConverter().Read(ref reader, typeof(string), JsonSerializerOptions.Web);
    });

    private static ReadOnlySequence<byte> Split(byte[] bytes, int edge)
    {
        var first = new Part(bytes.AsMemory(0, edge), 0);
        var last = first.Add(bytes.AsMemory(edge));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Part Add(ReadOnlyMemory<byte> memory)
        {
            var next = new Part(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
