import { equal, notEqual, ok } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { succeed, type Schemas, type Session } from './session.js';

type Search = Schemas['MapSearchResponse'];

/** Complete, or it does not compile: the words of a status are part of the API. */
const isOver: Record<Search['status'], boolean> = { pending: false, processing: false, completed: true, failed: true, cancelled: true };

/** Starts a search, polls it by its ETag until it is completed, and pages through what it has found. */
export async function mapSearches(session: Session): Promise<void> {
  const refused = await session.api.POST('/api/v1/map-searches', { body: { mapper: ' ', period: '1m' } });
  equal(refused.response.status, 400);
  ok(refused.error?.errors?.['mapper']?.[0]);

  // The first request after the access token has expired.
  session.loseAccessToken();
  const { id } = succeed(await session.api.POST('/api/v1/map-searches', { body: { mapper: 'Demo Mapper', period: '1m' } }));
  const search = await completed(session, id);
  equal(search.status, 'completed');
  equal(search.progress.mapsDone, search.progress.mapsTotal);
  ok(succeed(await session.api.GET('/api/v1/map-searches')).items.some((item) => item.id === id));

  const indices: number[] = [];
  let records = 0;
  for (let after = -1, complete = false; !complete; ) {
    const page = succeed(await session.api.GET('/api/v1/map-searches/{id}/results', { params: { path: { id }, query: { after, limit: 5 } } }));
    ok(page.complete || page.next > after);
    indices.push(...page.items.map((map) => map.index));
    records += page.items.reduce((sum, map) => sum + map.leaderboard.length, 0);
    ({ next: after, complete } = page);
  }

  ok(records > 0);
  equal(records, search.progress.recordsFound);
  equal(new Set(indices).size, indices.length);
}

async function completed(session: Session, id: string): Promise<Search> {
  const deadline = Date.now() + 30_000;
  let known: string | undefined;
  let search: Search | undefined;
  for (;;) {
    const answer = await session.api.GET('/api/v1/map-searches/{id}', { params: { path: { id }, header: known === undefined ? {} : { 'If-None-Match': known } } });
    if (answer.response.status !== 304) {
      search = succeed(answer);
      notEqual(answer.response.headers.get('ETag'), known);
      known = answer.response.headers.get('ETag') ?? undefined;
    } else if (search !== undefined && isOver[search.status]) {
      return search;
    }

    ok(Date.now() < deadline, `not completed in time: ${JSON.stringify(search)}`);
    await wait(Number(answer.response.headers.get('Retry-After') ?? 0) * 1000);
  }
}
