// A bundler's loader for text gives the file as a string.
declare module 'dv-email-gateway-client/client.graphql' {
  const sdl: string;
  export default sdl;
}
