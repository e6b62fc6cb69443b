import type { Api } from './session.js';

/** Never called: each of these has to be an error of the compiler, or the types are worth nothing. */
export async function refused(api: Api): Promise<void> {
  // @ts-expect-error: there is no such path.
  await api.GET('/api/v1/map-search', {});

  // @ts-expect-error: the path does not take this method.
  await api.DELETE('/api/v1/map-searches', {});

  // @ts-expect-error: the field is called period.
  await api.POST('/api/v1/map-searches', { body: { mapper: 'Solo', perod: '1d' } });

  // @ts-expect-error: a field is missing.
  await api.POST('/api/v1/map-searches', { body: { mapper: 'Solo' } });

  // @ts-expect-error: the body is missing.
  await api.POST('/api/v1/map-searches');

  // @ts-expect-error: no such period.
  await api.POST('/api/v1/map-searches', { body: { mapper: 'Solo', period: '2d' } });

  // @ts-expect-error: the id is missing.
  await api.GET('/api/v1/map-searches/{id}');

  // @ts-expect-error: a number is no text.
  await api.GET('/api/v1/map-searches/{id}/results', { params: { path: { id: '' }, query: { after: 'first' } } });

  const { data, error } = await api.GET('/api/v1/users/profile');

  // @ts-expect-error: an account has no such field.
  console.log(data?.userName);

  // @ts-expect-error: a problem has no such field.
  console.log(error?.reason);
}
