// Starts Apollo Sandbox on the page that the gateway serves at /.
import './explorer.css';

const {
  endpoint,
  document: operations,
  variables,
  frameOrigin,
} = JSON.parse(document.getElementById('config').textContent);

window.addEventListener('message', ({ origin }) => {
  if (origin === frameOrigin) {
    document.getElementById('without-apollo').hidden = true;
  }
});

// Undefined where Apollo's script has not come.
if (window.EmbeddedSandbox) {
  new window.EmbeddedSandbox({
    target: '#explorer',
    initialEndpoint: new URL(endpoint, location.href).href,
    endpointIsEditable: false,
    initialState: { document: operations, variables },
    hideCookieToggle: true,
    runTelemetry: false,
    // The page's policy takes no style attributes; its own stylesheet has them.
    allowDynamicStyles: false,
  });
}
