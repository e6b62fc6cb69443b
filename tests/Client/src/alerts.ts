import { deepEqual, equal, ok } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { succeed, type Schemas, type Session } from './session.js';

type Alert = Schemas['AlertResponse'];

/** Complete, or it does not compile: the words of a state are part of the API. */
const isCounted: Record<Alert['mapCountState'], boolean> = { counting: false, counted: true, failed: true };

/** Has an alert, from its creation until it is deleted, and reads what the daily runs have brought. */
export async function alerts(session: Session): Promise<void> {
  const before = succeed(await session.api.GET('/api/v1/stats'));
  ok(before.total_users > 0);
  deepEqual(succeed(await session.api.GET('/api/v1/users/alerts')).alerts, []);

  const created = succeed(await session.api.POST('/api/v1/users/alerts', { body: { MapCount: 0, alert_type: 'accurate', record_filter: 'wr' } }));
  const id: number = created.alert_id;
  const again = await session.api.POST('/api/v1/users/alerts', { body: {} });
  equal(again.response.status, 409);
  equal(again.error?.code, 'alert.exists');

  // A number when it is created, and text in the list.
  const alert = await counted(session);
  equal(alert.id, String(id));
  equal(alert.recordFilter, 'wr');
  equal(alert.mapCountState, 'counted');

  const path = { id: alert.id };
  equal(succeed(await session.api.PUT('/api/v1/users/alerts/{id}', { params: { path }, body: { record_filter: 'all' } })).record_filter, 'all');
  equal((await counted(session)).recordFilter, 'all');
  ok(succeed(await session.api.DELETE('/api/v1/users/alerts/{id}', { params: { path } })).success);
  const gone = await session.api.DELETE('/api/v1/users/alerts/{id}', { params: { path } });
  equal(gone.response.status, 404);
  equal(gone.error?.code, 'alert.not_found');

  for (const day of succeed(await session.api.GET('/api/v1/notification-history')).history) {
    const found: number | undefined = day.mapper_alert?.records_found;
    ok(day.date && (found ?? 0) >= 0);
  }

  equal(succeed(await session.api.GET('/api/v1/stats')).total_alerts_sent, before.total_alerts_sent);
}

async function counted(session: Session): Promise<Alert> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const [alert] = succeed(await session.api.GET('/api/v1/users/alerts')).alerts;
    ok(alert);
    if (isCounted[alert.mapCountState]) {
      return alert;
    }

    ok(Date.now() < deadline, `not counted in time: ${JSON.stringify(alert)}`);
    await wait(100);
  }
}
