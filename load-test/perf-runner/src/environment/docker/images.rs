//! The images: ours are built from their Dockerfiles, others' are pulled.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use bollard::{
    body_full,
    query_parameters::{BuildImageOptionsBuilder, CreateImageOptionsBuilder},
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use super::{
    BaseImages,
    container::is_status,
    context::{Context, DOCKERFILE},
    engine::Engine,
};
use crate::{
    environment::files,
    fault::Fault,
    progress::{Event, Observer, watched},
};

/// How many lines of a failed build are shown.
const TAIL_LINES: usize = 20;

/// An image of ours.
#[derive(Debug, Clone)]
pub(super) struct OwnImage {
    /// Its name for the engine, and in what is said of it.
    pub(super) tag: String,
    /// The folder of its Dockerfile, relative to the root.
    pub(super) folder: PathBuf,
}

/// What an image was built from, for the next time. In the state folder.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// Over the context, the Dockerfile and the arguments.
    inputs: String,
    /// What the engine called the result.
    id: String,
}

/// Builds images.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    engine: &'a Engine,
    context: Context,
    arguments: HashMap<String, String>,
    state: &'a Path,
}

impl<'a> Builder<'a> {
    /// Reads the files that images are built from.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(super) fn new(
        engine: &'a Engine,
        root: &Path,
        state: &'a Path,
        images: &BaseImages,
    ) -> Result<Self, Fault> {
        let BaseImages { go, jdk, rust, postgres: _ } = images;
        let arguments = [("GO_IMAGE", go), ("JDK_IMAGE", jdk), ("RUST_IMAGE", rust)];
        let arguments = arguments
            .into_iter()
            .filter_map(|(name, image)| Some((name.to_owned(), image.clone()?)))
            .collect();
        Ok(Self { engine, context: Context::read(root)?, arguments, state })
    }

    /// Builds the image, unless it is there and nothing of it has changed, and gives its id.
    ///
    /// # Errors
    /// When the build fails, with its last lines.
    pub(super) async fn build(&self, image: &OwnImage, observer: &dyn Observer) -> Result<String, Fault> {
        let (archive, files) = self.context.with_dockerfile(&image.folder)?;
        let mut arguments: Vec<_> = self.arguments.iter().collect();
        arguments.sort();
        let inputs = format!("{files} {arguments:?}");
        let path = self.state.join(format!("docker-images/{}.json", image.tag));
        let known = id_of(self.engine, &image.tag).await?;
        let record: Option<Record> =
            fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        if let (Some(id), Some(record)) = (&known, record)
            && record.inputs == inputs
            && record.id == *id
        {
            return Ok(record.id);
        }
        let what = format!("build the image {}", image.tag);
        watched(observer, &what, self.run(image, archive, (&what, observer))).await?;
        let id = id_of(self.engine, &image.tag)
            .await?
            .ok_or_else(|| Fault::failed(format!("the engine has built no image {}", image.tag)))?;
        let record = Record { inputs, id };
        let text = serde_json::to_vec(&record)
            .map_err(|error| Fault::failed("cannot write down what was built").cause(error))?;
        fs::create_dir_all(path.parent().unwrap_or(&path))
            .and_then(|()| files::write_whole(&path, &text))
            .map_err(|error| Fault::failed(format!("cannot write {}", path.display())).cause(error))?;
        Ok(record.id)
    }

    async fn run(
        &self,
        image: &OwnImage,
        archive: Vec<u8>,
        (what, observer): (&str, &dyn Observer),
    ) -> Result<(), Fault> {
        let options = BuildImageOptionsBuilder::new()
            .dockerfile(DOCKERFILE)
            .t(&image.tag)
            .buildargs(&self.arguments)
            .rm(true)
            .forcerm(true)
            .build();
        let mut steps = self.engine.docker.build_image(options, None, Some(body_full(archive.into())));
        let mut printed = String::new();
        let ended = loop {
            match steps.next().await {
                None => break Ok(()),
                Some(Err(error)) => break Err(error),
                Some(Ok(step)) => {
                    let text = step.stream.unwrap_or_default();
                    printed += &text;
                    if let Some(line) = text.lines().map(files::printable).rfind(|line| !line.is_empty()) {
                        observer.observe(&Event::WorkProgress { what: what.to_owned(), detail: line });
                    }
                }
            }
        };
        let log = self.state.join(format!("logs/build-image-{}.log", image.tag));
        // What is shown of a failure does not depend on this file.
        let _ = fs::create_dir_all(self.state.join("logs")).and_then(|()| fs::write(&log, &printed));
        ended.map_err(|error| {
            let lines: Vec<String> =
                printed.lines().map(files::printable).filter(|line| !line.is_empty()).collect();
            Fault::failed(format!("could not {what}"))
                .cause(error)
                .repair(format!("the whole output is in {}", log.display()))
                .log(lines[lines.len().saturating_sub(TAIL_LINES)..].to_vec())
        })
    }
}

/// The id of an image that is there; none when it is not.
///
/// # Errors
/// When the engine does not answer.
pub(super) async fn id_of(engine: &Engine, tag: &str) -> Result<Option<String>, Fault> {
    match engine.docker.inspect_image(tag).await {
        Ok(image) => Ok(image.id),
        Err(error) if is_status(&error, &[404]) => Ok(None),
        Err(error) => Err(Fault::failed(format!("cannot look for the image {tag}")).cause(error)),
    }
}

/// The id of an image that is there already.
///
/// # Errors
/// When it is not there.
pub(super) async fn built_before(engine: &Engine, tag: &str) -> Result<String, Fault> {
    id_of(engine, tag).await?.ok_or_else(|| {
        Fault::failed(format!("the image {tag} is not built"))
            .repair("run again without --skip-build, or build it with `docker compose build`")
    })
}

/// The id of somebody else's image, pulled when it is not there.
///
/// # Errors
/// When it cannot be pulled.
pub(super) async fn pulled(engine: &Engine, image: &str, observer: &dyn Observer) -> Result<String, Fault> {
    if let Some(id) = id_of(engine, image).await? {
        return Ok(id);
    }
    let options = CreateImageOptionsBuilder::new().from_image(image).build();
    let pull = engine.docker.create_image(Some(options), None, None).try_for_each(|_| async { Ok(()) });
    watched(observer, &format!("pull the image {image}"), pull).await.map_err(|error| {
        Fault::failed(format!("the image {image} cannot be pulled"))
            .cause(error)
            .repair("look at the network, or name another image with POSTGRES_IMAGE")
    })?;
    built_before(engine, image).await
}
