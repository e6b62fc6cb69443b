using System.Text.Json;
using System.Text.Json.Serialization;
using Backend.Application.Maintenance;
using Backend.WebApi.Endpoints;

namespace Backend.WebApi.Http;

/// <summary>Every type that crosses the wire, with serializers made at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(StartedDailyRunResponse))]
[JsonSerializable(typeof(FinishedDailyRunResponse))]
[JsonSerializable(typeof(DailyRunResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(MessageResponse))]
[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(ProfileResponse))]
[JsonSerializable(typeof(LoginBody))]
[JsonSerializable(typeof(LoginResponse))]
[JsonSerializable(typeof(RefreshTokenBody))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(IEnumerable<SessionResponse>))]
[JsonSerializable(typeof(SubmitMapSearchBody))]
[JsonSerializable(typeof(MapSearchResponse))]
[JsonSerializable(typeof(MapSearchListResponse))]
[JsonSerializable(typeof(MapSearchResultsResponse))]
[JsonSerializable(typeof(LegacySubmittedResponse))]
[JsonSerializable(typeof(LegacyStatusResponse))]
[JsonSerializable(typeof(IEnumerable<TmxUserResponse>))]
[JsonSerializable(typeof(AccountNamesBody))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(FoundMapsResponse))]
[JsonSerializable(typeof(LatestRecordsResponse))]
[JsonSerializable(typeof(TmUsernameResponse))]
[JsonSerializable(typeof(TmUsernameBody))]
[JsonSerializable(typeof(LinkedTmUsernameResponse))]
[JsonSerializable(typeof(TmxUserBody))]
[JsonSerializable(typeof(MailPreferencesResponse))]
[JsonSerializable(typeof(MailPreferencesBody))]
[JsonSerializable(typeof(ChangePasswordBody))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(PasswordResetBody))]
[JsonSerializable(typeof(ConfirmPasswordResetBody))]
[JsonSerializable(typeof(SuccessResponse))]
[JsonSerializable(typeof(AccountExportResponse))]
[JsonSerializable(typeof(AlertListResponse))]
[JsonSerializable(typeof(CreateAlertBody))]
[JsonSerializable(typeof(CreatedAlertResponse))]
[JsonSerializable(typeof(ChangeAlertBody))]
[JsonSerializable(typeof(ChangedAlertResponse))]
[JsonSerializable(typeof(DriverNotificationListResponse))]
[JsonSerializable(typeof(CreateDriverNotificationBody))]
[JsonSerializable(typeof(CreatedDriverNotificationResponse))]
[JsonSerializable(typeof(NotificationHistoryResponse))]
[JsonSerializable(typeof(StatisticsResponse))]
[JsonSerializable(typeof(SubmitFeedbackBody))]
[JsonSerializable(typeof(SubmittedFeedbackResponse))]
[JsonSerializable(typeof(FeedbackListResponse))]
[JsonSerializable(typeof(NoticeResponse))]
[JsonSerializable(typeof(SiteSettingListResponse))]
[JsonSerializable(typeof(ChangeSiteSettingBody))]
[JsonSerializable(typeof(ChangedSiteSettingResponse))]
[JsonSerializable(typeof(UserListResponse))]
[JsonSerializable(typeof(SwitchAlertTypeBody))]
[JsonSerializable(typeof(SwitchedAlertTypeResponse))]
[JsonSerializable(typeof(RoleBody))]
[JsonSerializable(typeof(RoleResponse))]
[JsonSerializable(typeof(DailyOverviewResponse))]
[JsonSerializable(typeof(DailyRunListResponse))]
[JsonSerializable(typeof(ConnectionTestResponse))]
[JsonSerializable(typeof(AccountTestResponse))]
[JsonSerializable(typeof(LambdaEvent))]
[JsonSerializable(typeof(BatchResponse))]
[JsonSerializable(typeof(KeepUpResult))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    private const int MaxDepth = 32;

    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.Converters.Add(new SecretJsonConverter());
        options.Converters.Add(new InstantJsonConverter());
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = MaxDepth;
    }
}
