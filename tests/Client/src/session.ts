import { equal, notEqual, ok } from 'node:assert/strict';
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './api.js';

export type Api = Client<paths>;
export type Schemas = components['schemas'];
export type Journey = (session: Session) => Promise<void>;

const password = 'correct horse battery staple';

/** The data of an answer that has to be a success. */
export function succeed<T>(answer: { data?: T; error?: Schemas['Problem'] | undefined; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.status} of ${answer.response.url}: ${answer.error?.code} ${answer.error?.detail}`);
  }

  return answer.data;
}

/** A user, from registration to signing out; whoever calls `api` need not think of tokens. */
export class Session {
  readonly api: Api;

  /** Signs nothing and renews nothing. */
  readonly #anonymous: Api;

  readonly #sent = new Map<string, Request>();
  #tokens: Schemas['TokenResponse'] | undefined;
  #renewal: Promise<boolean> | undefined;

  constructor(address: string) {
    this.#anonymous = createClient<paths>({ baseUrl: address });
    this.api = createClient<paths>({ baseUrl: address });
    this.api.use({
      onRequest: ({ request, id }) => {
        this.#sign(request);

        // A request can be sent once, so what may have to be repeated is kept.
        this.#sent.set(id, request.clone());
        return request;
      },
      onResponse: async ({ response, id }) => {
        const request = this.#sent.get(id);
        this.#sent.delete(id);
        if (response.status !== 401 || request === undefined || this.#tokens === undefined) {
          return response;
        }

        // Another request may have brought new tokens since this one was sent.
        if (request.headers.get('Authorization') === this.#authorization && !(await this.#renew())) {
          return response;
        }

        this.#sign(request);
        return await fetch(request);
      },
    });
  }

  async register(username: string): Promise<void> {
    const email = `${username}@example.org`;
    const registered = await this.#anonymous.POST('/api/v1/users/register', { body: { email, username, password } });
    ok(succeed(registered).msg);

    const again = await this.#anonymous.POST('/api/v1/users/register', { body: { email, username, password } });
    equal(again.response.status, 409);
    equal(again.error?.code, 'account.user_name_taken');

    this.#tokens = succeed(await this.#anonymous.POST('/api/v1/users/login', { body: { email: username, password } }));
    equal(this.#tokens.token_type, 'Bearer');
    equal(succeed(await this.api.GET('/api/v1/users/profile')).username, username);
  }

  /** As when its fifteen minutes are over. */
  loseAccessToken(): void {
    ok(this.#tokens);
    this.#tokens = { ...this.#tokens, access_token: 'expired' };
  }

  async signOut(): Promise<void> {
    // Several at once are renewed once.
    this.loseAccessToken();
    const before = this.#tokens;
    const answers = await Promise.all([this.api.GET('/api/v1/users/sessions'), this.api.GET('/api/v1/users/sessions'), this.api.GET('/api/v1/users/profile')]);
    equal(succeed(answers[0]).filter((session) => session.current).length, 1);
    succeed(answers[1]);
    succeed(answers[2]);
    ok(before && this.#tokens);
    notEqual(this.#tokens.refresh_token, before.refresh_token);

    succeed(await this.api.POST('/api/v1/users/logout', { body: { refresh_token: this.#tokens.refresh_token } }));
    const after = await this.api.GET('/api/v1/users/profile');
    equal(after.response.status, 401);
    equal(after.error?.code, 'session.ended');
  }

  get #authorization(): string | undefined {
    return this.#tokens && `${this.#tokens.token_type} ${this.#tokens.access_token}`;
  }

  #sign(request: Request): void {
    if (this.#authorization !== undefined) {
      request.headers.set('Authorization', this.#authorization);
    }
  }

  /** False when the session is over. */
  #renew(): Promise<boolean> {
    this.#renewal ??= this.#exchange().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #exchange(): Promise<boolean> {
    ok(this.#tokens);
    const { data } = await this.#anonymous.POST('/api/v1/users/refresh', { body: { refresh_token: this.#tokens.refresh_token } });
    this.#tokens = data ?? this.#tokens;
    return data !== undefined;
  }
}
