using System.Globalization;
using System.Net.NetworkInformation;
using Amazon.SQS;
using Amazon.SQS.Model;
using Backend.Infrastructure.Aws;

namespace Backend.Integration.Support;

/// <summary>What the adapters need of SQS, on the server that stands for it.</summary>
public sealed class SqsServerTests
{
    [Fact]
    public async Task A_message_that_nobody_answers_for_comes_back_after_its_time_and_is_counted()
    {
        await using var resources = await AwsResources.CreateAsync();
        var queue = await resources.QueueUrlAsync();
        await resources.Sqs.SendMessageAsync(queue, "work");

        var first = await ReceiveAsync(resources.Sqs, queue, visibility: 1);
        (await ReceiveAsync(resources.Sqs, queue)).ShouldBeNull();
        var again = await ReceiveAsync(resources.Sqs, queue, wait: 20);

        first!.Body.ShouldBe("work");
        Count(first).ShouldBe(1);
        again!.MessageId.ShouldBe(first.MessageId);
        Count(again).ShouldBe(2);
        await resources.Sqs.DeleteMessageAsync(queue, again.ReceiptHandle);
        await Eventually.GetAsync(() => NumberOfMessagesAsync(resources.Sqs, queue), number => number == 0);
    }

    [Fact]
    public async Task The_time_of_a_message_can_be_made_longer_and_ended()
    {
        await using var resources = await AwsResources.CreateAsync();
        var queue = await resources.QueueUrlAsync();
        await resources.Sqs.SendMessageAsync(queue, "work");
        var message = await ReceiveAsync(resources.Sqs, queue, visibility: 1);

        await resources.Sqs.ChangeMessageVisibilityAsync(queue, message!.ReceiptHandle, 60);
        (await ReceiveAsync(resources.Sqs, queue, wait: 2)).ShouldBeNull();
        await resources.Sqs.ChangeMessageVisibilityAsync(queue, message.ReceiptHandle, 0);

        (await ReceiveAsync(resources.Sqs, queue))!.MessageId.ShouldBe(message.MessageId);
    }

    [Fact]
    public async Task Who_waits_for_a_message_gets_it_as_soon_as_it_comes()
    {
        await using var resources = await AwsResources.CreateAsync();
        var queue = await resources.QueueUrlAsync();
        var started = TimeProvider.System.GetTimestamp();
        (await ReceiveAsync(resources.Sqs, queue, wait: 1)).ShouldBeNull();
        TimeProvider.System.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));

        started = TimeProvider.System.GetTimestamp();
        var waiting = ReceiveAsync(resources.Sqs, queue, wait: 20);
        await resources.Sqs.SendMessageAsync(queue, "work");

        (await waiting)!.Body.ShouldBe("work");
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Who_went_away_while_waiting_is_given_nothing()
    {
        await using var server = await SqsServer.StartAsync();
        await using var resources = await AwsResources.CreateAsync(await AwsServers.GetAsync() with { Sqs = server.Address });
        var queue = await resources.QueueUrlAsync();
        var before = Connections();
        using (var gone = resources.Endpoints.CreateSqs(config => config.MaxErrorRetry = 0))
        using (var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System))
        {
            await Should.ThrowAsync<OperationCanceledException>(gone.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue, WaitTimeSeconds = 20 }, impatience.Token));
        }

        // The server must have been told: till then it may take the message for delivered, as SQS may too.
        await Eventually.GetAsync(() => Task.FromResult(Connections()), connections => connections <= before);
        await resources.Sqs.SendMessageAsync(queue, "work");

        Count((await ReceiveAsync(resources.Sqs, queue, wait: 1))!).ShouldBe(1);

        int Connections() => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
            .Count(connection => connection.LocalEndPoint.Port == server.Port && connection.State is (TcpState.Established or TcpState.CloseWait));
    }

    [Fact]
    public async Task A_delayed_message_is_not_there_before_its_time()
    {
        await using var resources = await AwsResources.CreateAsync();
        var queue = await resources.QueueUrlAsync();
        var started = TimeProvider.System.GetTimestamp();
        await resources.Sqs.SendMessageAsync(new SendMessageRequest(queue, "later") { DelaySeconds = 1 });

        (await ReceiveAsync(resources.Sqs, queue, wait: 20))!.Body.ShouldBe("later");
        TimeProvider.System.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public async Task A_message_that_nobody_ever_answers_for_is_set_aside()
    {
        await using var resources = await AwsResources.CreateAsync();
        var queue = await resources.QueueUrlAsync();
        await resources.Sqs.SendMessageAsync(queue, "poison");

        for (var delivery = 1; delivery <= AwsSchema.MaxReceiveCount; delivery++)
        {
            Count((await ReceiveAsync(resources.Sqs, queue, visibility: 0))!).ShouldBe(delivery);
        }

        (await ReceiveAsync(resources.Sqs, queue)).ShouldBeNull();
        (await ReceiveAsync(resources.Sqs, await resources.DeadLetterQueueUrlAsync()))!.Body.ShouldBe("poison");
    }

    [Fact]
    public async Task A_queue_is_made_again_only_as_it_is()
    {
        await using var resources = await AwsResources.CreateAsync();

        await Should.ThrowAsync<QueueNameExistsException>(resources.Sqs.CreateQueueAsync(new CreateQueueRequest
        {
            QueueName = resources.QueueName,
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { [QueueAttributeName.MessageRetentionPeriod] = "60" },
        }));
        await Should.ThrowAsync<QueueDoesNotExistException>(resources.Sqs.GetQueueUrlAsync(resources.QueueName + "-not"));
    }

    [Fact]
    public async Task A_restart_loses_queues_and_messages()
    {
        await using var server = await SqsServer.StartAsync();
        var shared = await AwsServers.GetAsync();
        await using var resources = await AwsResources.CreateAsync(shared with { Sqs = server.Address });

        await server.StopAsync();
        using var impatient = resources.Endpoints.CreateSqs(config => config.MaxErrorRetry = 0);
        await Should.ThrowAsync<HttpRequestException>(impatient.GetQueueUrlAsync(resources.QueueName));
        await server.StartAgainAsync();

        await Should.ThrowAsync<QueueDoesNotExistException>(impatient.GetQueueUrlAsync(resources.QueueName));
    }

    [Fact]
    public async Task A_paused_server_does_not_answer_until_it_is_resumed()
    {
        await using var server = await SqsServer.StartAsync();
        var endpoints = await AwsServers.GetAsync() with { Sqs = server.Address };
        using var patient = endpoints.CreateSqs();
        using var impatient = endpoints.CreateSqs(config => (config.Timeout, config.MaxErrorRetry) = (TimeSpan.FromSeconds(1), 0));

        await server.PauseAsync();
        var answer = patient.CreateQueueAsync("made");
        await Should.ThrowAsync<TimeoutException>(impatient.ListQueuesAsync(""));
        answer.IsCompleted.ShouldBeFalse();
        await server.ResumeAsync();

        (await answer).QueueUrl.ShouldEndWith("/made");
    }

    private static async Task<Message?> ReceiveAsync(AmazonSQSClient sqs, string queue, int visibility = 30, int wait = 0)
    {
        var received = await sqs.ReceiveMessageAsync(new ReceiveMessageRequest
        {
            QueueUrl = queue,
            VisibilityTimeout = visibility,
            WaitTimeSeconds = wait,
            MessageSystemAttributeNames = [MessageSystemAttributeName.ApproximateReceiveCount],
        });
        return received.Messages?.SingleOrDefault();
    }

    private static int Count(Message message) => int.Parse(message.Attributes[MessageSystemAttributeName.ApproximateReceiveCount], CultureInfo.InvariantCulture);

    private static async Task<int?> NumberOfMessagesAsync(AmazonSQSClient sqs, string queue)
    {
        var attributes = await sqs.GetQueueAttributesAsync(queue, [QueueAttributeName.ApproximateNumberOfMessages, QueueAttributeName.ApproximateNumberOfMessagesNotVisible]);
        return attributes.ApproximateNumberOfMessages + attributes.ApproximateNumberOfMessagesNotVisible;
    }
}
