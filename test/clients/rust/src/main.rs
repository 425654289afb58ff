//! A device on the crate `hawkbit`: polls until it has been told to install something, or to stop; then it ends.

use std::path::Path;

use anyhow::{bail, Context, Result};
use hawkbit::ddi::{Client, ClientAuthorization, Execution, Finished, Mode, Reply};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("URL TENANT CONTROLLER TOKEN FOLDER are needed");
    let (url, tenant, controller, token, folder) = (next()?, next()?, next()?, next()?, next()?);
    let key = ClientAuthorization::TargetToken(token);
    let client = Client::new(&url, &tenant, &controller, key, None, None, None)?;

    for _ in 0..20 {
        let reply = client.poll().await?;
        identify(&reply).await?;
        if confirm(&reply).await? {
            continue;
        }
        if stop(&reply).await? || install(&reply, Path::new(&folder)).await? {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    bail!("there was nothing to do")
}

async fn identify(reply: &Reply) -> Result<()> {
    if let Some(request) = reply.config_data_request() {
        let data = json!({ "client": "crate hawkbit" });
        request.upload(Execution::Closed, Finished::Success, Some(Mode::Merge), data, vec![]).await?;
    }
    Ok(())
}

async fn confirm(reply: &Reply) -> Result<bool> {
    let Some(request) = reply.confirmation_base() else { return Ok(false) };
    request.confirm().await?;
    println!("confirmed");
    Ok(true)
}

async fn stop(reply: &Reply) -> Result<bool> {
    let Some(cancel) = reply.cancel_action() else { return Ok(false) };
    println!("stopped {}", cancel.id().await?);
    cancel.send_feedback(Execution::Closed, Finished::Success, vec!["stopped"]).await?;
    Ok(true)
}

async fn install(reply: &Reply, folder: &Path) -> Result<bool> {
    let Some(update) = reply.update() else { return Ok(false) };
    let update = update.fetch().await?;
    update.send_feedback(Execution::Proceeding, Finished::None, vec!["downloading"]).await?;
    for artifact in update.download(folder).await? {
        artifact.check_sha256().await?;
        println!("downloaded {}", artifact.file().display());
    }
    update.send_feedback(Execution::Closed, Finished::Success, vec!["installed"]).await?;
    Ok(true)
}
